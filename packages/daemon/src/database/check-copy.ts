/**
 * Worker thread that checks a copy of a database, whose path is in its data, and converts it to a
 * file without a log. Reports faults.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { findFault } from './find-fault.ts'

/** Null if there is no fault. */
export type CopyProblem = string | null

function findProblem(path: string): CopyProblem {
  const sqlite = new DatabaseSync(path)
  try {
    sqlite.exec('PRAGMA journal_mode = DELETE')
    return findFault(sqlite)
  } catch (error) {
    return (error as Error).message
  } finally {
    sqlite.close()
  }
}

parentPort!.postMessage(findProblem(workerData) satisfies CopyProblem)
