export { GRAVITY, type Log, type LogLevel } from './log.ts'
export { type LogOptions, type OpenLog, openLog } from './open-log.ts'
