export { tunedEnv } from './compiled.ts'
export { limitMs, WAIT_MS } from './limits.ts'
export { type UntilOptions, until } from './until.ts'
