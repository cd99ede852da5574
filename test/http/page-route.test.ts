import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addPageRoutes, PAGE_POLICY, type PageFiles } from '../../src/http/page-route.ts';

const BUILT: PageFiles = new Map([
  ['index.html', { body: Buffer.from('<!doctype html>'), type: 'text/html; charset=utf-8' }],
  ['assets/index-1a2b.js', { body: Buffer.from('1;'), type: 'text/javascript; charset=utf-8' }],
]);

function served(files: PageFiles): FastifyInstance {
  const server = fastify();
  onTestFinished(() => server.close());
  addPageRoutes(server, files);
  return server;
}

describe('the page', () => {
  test.each([
    ['/', 'no-cache', 'text/html; charset=utf-8'],
    ['/assets/index-1a2b.js', 'public, max-age=31536000, immutable', 'text/javascript; charset=utf-8'],
  ])('is served at %s under its policy, to be kept as %s', async (url, cache, type) => {
    const { statusCode, headers } = await served(BUILT).inject(url);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': type,
      'cache-control': cache,
      'content-security-policy': PAGE_POLICY,
      'x-content-type-options': 'nosniff',
    });
  });

  test('has a policy without a way around it', () => {
    expect(PAGE_POLICY).not.toMatch(/unsafe|\*|http:|data:/);
  });

  test.each(['/assets/index-gone.js', '/assets/..%2findex.html', '/assets/%2e%2e%2f%2e%2e%2fpackage.json'])(
    'serves nothing but what was built: not %s',
    async (url) => {
      expect((await served(BUILT).inject(url)).statusCode).toBe(404);
    },
  );

  test('that was not built says how to build it', async () => {
    const { statusCode, headers, body } = await served(new Map()).inject('/');
    expect(statusCode).toBe(503);
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('npm run build:web');
  });
});
