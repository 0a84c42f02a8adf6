import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For tests: creates a folder; `remove` deletes it with its contents. */
export function temporaryFolder(parent = tmpdir()): { path: string; remove: () => Promise<void> } {
  const path = fs.mkdtempSync(join(parent, 'shoal-storage-'))
  return { path, remove: () => fs.promises.rm(path, { recursive: true, force: true }) }
}

/** For tests: lists all files and links below a folder, sorted, with `/`. Does not follow links. */
export function listFiles(path: string): string[] {
  const list = (folder: string): string[] =>
    fs.readdirSync(join(path, folder), { withFileTypes: true }).flatMap(entry => {
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? list(relative) : [relative]
    })
  return list('').sort()
}
