/** A thread that checks a copy of a database, which its data gives the path of, and makes it a file without a log. Tells what is wrong. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { findFault } from './find-fault.ts'

/** Null if nothing is wrong. */
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
