/**
 * What the domain of the estate says of an account: the groups that Skype for Business makes in it begin with RTC, every other
 * account is a user. A group has a login like a user, but its members come in under their own names.
 */
export const isDomainGroup = (account: string): boolean => /\\RTC/i.test(account);
