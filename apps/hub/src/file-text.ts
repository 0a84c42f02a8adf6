import { readFileSync } from 'node:fs'
import { SetupError } from './failure.ts'

/** Throws SetupError if the file cannot be read. */
export function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new SetupError(`Cannot read ${file}: ${(error as Error).message}`)
  }
}
