import type english from '../en/index.ts'
import first from './first.ts'
import more from './more.ts'

/** The same in German. */
const reasons: Record<keyof typeof english, string> = { ...first, ...more }

export default reasons
