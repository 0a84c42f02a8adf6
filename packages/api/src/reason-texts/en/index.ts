import first from './first.ts'
import more from './more.ts'

/**
 * Error messages of engine, node and hub by reason, in English. `{why}` may be another one of them,
 * or the words of the system or another server.
 */
const reasons = { ...first, ...more } as const

export default reasons
