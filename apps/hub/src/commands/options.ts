import { join } from 'node:path'
import { path, UsageError, value } from '@shoal/options'
import { OPTIONS } from '../options.ts'

/** A backup file written by `shoal-hub backup`. */
const ARCHIVE = /\.jsonl\.gz$/i
const POSTGRES = /^postgres(?:ql)?:/i

/** A place with the data of a hub. */
export type DataPlace =
  | { readonly kind: 'folder' | 'archive'; readonly path: string }
  | { readonly kind: 'database'; readonly url: string }

function place(text: string, origin: { readonly where: string; readonly folder: string }): DataPlace {
  if (POSTGRES.test(text)) {
    const url = OPTIONS.database.read([text], origin)
    if (url !== undefined) return { kind: 'database', url }
  }
  if (/^[a-z]+:\/\//i.test(text)) throw new UsageError('Give a folder, or postgres://USER@HOST/DATABASE')
  const named = path(text, origin)
  return { kind: ARCHIVE.test(named) ? 'archive' : 'folder', path: named }
}

export const MOVE_OPTIONS = {
  from: value('PLACE', {
    help: 'Where the hub is: its data folder, postgres://USER@HOST/DATABASE, or a backup (….jsonl.gz)',
    parse: place,
  }),
  to: value('PLACE', { help: 'Where it shall be: a folder or a database without a hub', parse: place }),
  keyFile: value('FILE', {
    help: 'The key file of the hub, to be copied into a new data folder. Default: that of the old one',
    parse: path,
  }),
}

export const BACKUP_OPTIONS = {
  data: OPTIONS.data,
  database: OPTIONS.database,
  to: value('FILE', { help: 'The file, ….jsonl.gz. Default: a new one in the folder backups', parse: path }),
}

/** Returns the name of a backup made at this time. */
function backupName(now: Date): string {
  return `hub-${now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}.jsonl.gz`
}

export function backupIn(folder: string, now: Date): string {
  return join(folder, backupName(now))
}
