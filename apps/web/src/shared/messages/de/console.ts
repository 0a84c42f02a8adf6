import { labels } from './labels.ts'

export default { labels }
