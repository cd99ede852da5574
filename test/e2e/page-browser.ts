/** Debian's Chromium in front of the page, and what a person would notice about it. Ended with the test. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');

/** As it is in the sources now; the daemon reads it when it starts. */
export async function buildPage(): Promise<void> {
  await run('npm', ['run', '--silent', 'build:web'], { cwd: root });
}

const CHROMIUM = '/usr/bin/chromium';
/** `npm run setup` installs it. */
export const noChromium = !existsSync(CHROMIUM) && process.env['CI'] !== 'true';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Screenshots are written there; left out: none are. */
const PICTURES = process.env['PCHAT_PAGE_PICTURES'];
type PageForm = readonly [scheme: 'light' | 'dark', width: number];
export const WIDE: PageForm = ['light', 1_280];
export const NARROW: PageForm = ['dark', 360];
const FORMS = [WIDE, NARROW];
/** A browser draws no picture of a fleet of a thousand rows. */
const MOST_PICTURED_PX = 8_000;
const WAIT_MS = 15_000;

/** In the browser. What is hidden for eyes but there for a screen reader is one pixel wide. */
const UNREADABLE = `(() => {
  const SQUEEZED_PX = 40, MANY_LINES = 5, HIDDEN_PX = 2;
  const told = (node) => node.title !== '' || node.querySelector('[title]') !== null || node.closest('[title]') !== null;
  return [...document.body.querySelectorAll('*')].flatMap((node) => {
    const { width, height } = node.getBoundingClientRect();
    if (width <= HIDDEN_PX || height <= HIDDEN_PX) return [];
    const text = node.textContent.trim();
    const own = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim() !== '');
    const { lineHeight, fontSize, overflowX } = getComputedStyle(node);
    const line = parseFloat(lineHeight) || parseFloat(fontSize) * 1.2;
    if (own && width < SQUEEZED_PX && height > MANY_LINES * line) return ['squeezed: ' + text];
    const cut = overflowX === 'hidden' && node.scrollWidth > node.clientWidth + 1;
    return cut && text !== '' && !told(node) ? ['cut off: ' + text] : [];
  });
})()`;

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

export class PageBrowser implements AsyncDisposable {
  readonly page: Page;
  /** What the console called an error or a warning, and what was thrown. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    this.#hear(page);
  }

  #hear(page: Page): void {
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
  }

  /** A second tab, which shares nothing with the first but the browser. */
  async another(): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: { width: 1280, height: 860 } });
    this.#hear(page);
    return page;
  }

  static async open(): Promise<PageBrowser> {
    // A container's root has no sandbox for a browser; what is opened is our own page on loopback.
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    return new PageBrowser(browser, await browser.newPage({ viewport: { width: 1280, height: 860 } }));
  }

  async look(name: string): Promise<void> {
    if (PICTURES === undefined) return;
    // What sticks to the window would lie in the middle of a picture of the whole page.
    await this.page.evaluate('scrollTo(0, 0)');
    mkdirSync(PICTURES, { recursive: true });
    const height = await this.page.evaluate<number>('document.documentElement.scrollHeight');
    const file = path.join(PICTURES, `${name}.png`);
    await this.page.screenshot({ path: file, fullPage: height < MOST_PICTURED_PX });
  }

  /** Rules of axe-core that the page breaks as it stands. Run through the debugger, which no policy of the page concerns. */
  async axe(): Promise<readonly string[]> {
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate<AxeResult>('axe.run()');
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
  }

  /** Whether anything is wider than the window. */
  async scrollsSideways(): Promise<boolean> {
    const wide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    return this.page.evaluate<boolean>(wide);
  }

  /** Text that stands one or two letters to a line, and text that is cut off and that no title tells whole. */
  async unreadable(): Promise<readonly string[]> {
    return this.page.evaluate<readonly string[]>(UNREADABLE);
  }

  /** axe-core's verdicts, sideways scrolling and unreadable text in the forms that are named, left out: both. */
  async troubles(name: string, forms: readonly PageForm[] = FORMS): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [colorScheme, width] of forms) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.setViewportSize({ width, height: 860 });
      const where = `${name} ${colorScheme} ${String(width)} px`;
      await this.look(where.replaceAll(' ', '-'));
      found.push(...(await this.axe()).map((one) => `${where}: ${one}`));
      if (await this.scrollsSideways()) found.push(`${where}: scrolls sideways`);
      found.push(...(await this.unreadable()).map((one) => `${where}: ${one}`));
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.setViewportSize({ width: 1_280, height: 860 });
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
