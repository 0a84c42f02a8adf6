/** Pages reach web servers only: browsers have no FTP. */
export { openHttpRanges as openSeedRanges } from './http/http-ranges.browser.ts'

export const SEED_SCHEMES = ['http:', 'https:']
