/** The estate of the example with one version of SQL Server everywhere. */
import {
  DEFAULT_ESTATE,
  type EstateInstanceOptions,
  type EstateOverrides,
  type EstateSiteOptions,
} from '../../src/simulator/estate/estate-options.ts';

export function estateOf(productVersion: string): EstateOverrides {
  const versioned = <T extends EstateInstanceOptions | undefined>(instance: T): T =>
    instance === undefined ? instance : { ...instance, productVersion };
  const site = (options: EstateSiteOptions): EstateSiteOptions => ({
    ...options,
    primary: versioned(options.primary),
    mirror: versioned(options.mirror),
    witness: versioned(options.witness),
  });
  return { sites: { home: site(DEFAULT_ESTATE.sites.home), backup: site(DEFAULT_ESTATE.sites.backup) } };
}
