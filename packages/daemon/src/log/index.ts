export { GRAVITY, type Log, type LogLevel } from './log.ts'
export { type LogOptions, openLog } from './open-log.ts'
