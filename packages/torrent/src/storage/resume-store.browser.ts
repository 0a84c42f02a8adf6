import { ShoalError } from '../base/errors.ts'
import type { ResumeStore } from './resume-store.ts'

/** Throws `unsupported`: a browser's session keeps no resume data, as its torrents live in memory. */
export function createResumeStore(_directory: string): ResumeStore {
  throw new ShoalError('unsupported', 'this browser has no folders: leave stateDirectory unset')
}

/** Throws `unsupported`. */
export function lockFolder(_directory: string): Promise<() => Promise<void>> {
  throw new ShoalError('unsupported', 'this browser has no folders: leave stateDirectory unset')
}
