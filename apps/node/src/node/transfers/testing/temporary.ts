import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder that is deleted after the test. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-test-'))
  // Not `afterEach`: in a process with several test files this module is loaded once, and only the
  // first file would have the hook.
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}
