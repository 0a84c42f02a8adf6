import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For tests: a new folder, and what deletes it with all that is in it. */
export function temporaryFolder(parent = tmpdir()): { path: string; remove: () => Promise<void> } {
  const path = fs.mkdtempSync(join(parent, 'shoal-storage-'))
  return { path, remove: () => fs.promises.rm(path, { recursive: true, force: true }) }
}

/** For tests: all files and links below a folder, sorted, with `/`. Links are not followed. */
export function listFiles(path: string): string[] {
  const list = (folder: string): string[] =>
    fs.readdirSync(join(path, folder), { withFileTypes: true }).flatMap(entry => {
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? list(relative) : [relative]
    })
  return list('').sort()
}
