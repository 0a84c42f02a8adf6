/** Functions of feeds that other capabilities use. */
export { matchTitles } from './feed-filter.ts'
