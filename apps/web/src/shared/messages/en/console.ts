import { labels } from './labels.ts'

/** The texts of the console. */
export default { labels } as const
