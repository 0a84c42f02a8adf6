import { arch } from 'node:os'
import type { FolderListing } from '@shoal/api'
import { findDisk } from '@shoal/node/node/server/compat/disk.ts'
import { changes, reads, type WebMethods } from './answer.ts'
import { toPreferences } from './preferences.ts'
import { settingsChange, withoutFixed } from './preferences-change.ts'
import { Refusal } from './refusal.ts'

/**
 * The version of qBittorrent whose API this is: clients derive from it which methods they can use.
 */
const APP_VERSION = 'v4.6.7'
const WEB_API_VERSION = '2.9.3'

const KINDS: Readonly<Record<string, readonly FolderListing['entries'][number]['kind'][]>> = {
  all: ['folder', 'file'],
  dirs: ['folder'],
  files: ['file'],
}

export const APP_METHODS: WebMethods = {
  'app/version': reads(async () => APP_VERSION),
  'app/webapiVersion': reads(async () => WEB_API_VERSION),
  'app/buildInfo': reads(async () => ({
    bitness: arch().includes('64') ? 64 : 32,
    boost: '',
    libtorrent: '',
    openssl: process.versions.openssl,
    qt: '',
    zlib: process.versions.zlib,
  })),
  'app/defaultSavePath': reads(async (_, { call }) => (await call('getSettings', {})).downloads.directory),
  'app/preferences': reads(async (_, { call, web }) => {
    const [settings, info] = await Promise.all([call('getSettings', {}), call('getNode', {})])
    return toPreferences(settings, info, web)
  }),
  'app/setPreferences': changes(async (params, { call }) => {
    const given = settingsChange(preferences(params.required('json')), await call('getSettings', {}))
    // Clients send all preferences that they show, so those fixed by the command line are ignored.
    const change = withoutFixed(given, (await call('getNode', {})).fixedSettings)
    if (Object.keys(change).length > 0) await call('changeSettings', change)
    return undefined
  }),
  'app/shutdown': changes(async (_, { call }) => {
    await call('stopNode', {})
    return undefined
  }),
  'app/getDirectoryContent': reads(async (params, { call }) => {
    const path = params.required('dirPath')
    const mode = params.text('mode') || 'all'
    if (!path.startsWith('/') && !/^[a-z]:/i.test(path)) throw new Refusal(400, 'Invalid directory path')
    if (!Object.hasOwn(KINDS, mode)) throw new Refusal(400, 'Invalid mode, allowed values: all, dirs, files')
    const folder = await call('listFolders', { path })
    const wanted = folder.entries.filter(({ kind }) => KINDS[mode]!.includes(kind))
    return wanted.map(({ name }) => `${folder.path.replace(/\/$/, '')}/${name}`)
  }),
  'app/getFreeSpaceAtPath': reads(async (params, { call }) => {
    const path = params.required('path')
    const known = findDisk((await call('getStats', {})).disk, path)?.freeBytes
    return String(known ?? (await call('listFolders', { path })).freeBytes)
  }),
  'app/networkInterfaceList': reads(async () => []),
  'app/networkInterfaceAddressList': reads(async () => []),
}

function preferences(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {}
  throw new Refusal(400, 'json is not a JSON object')
}
