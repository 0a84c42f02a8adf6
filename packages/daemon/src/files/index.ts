export { diskSpace, freeBytes } from './disk-space.ts'
export { openWritable } from './open-writable.ts'
export { writeNewFile, writeWholeFile } from './write-file.ts'
