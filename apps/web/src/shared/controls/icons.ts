import type { CONSOLE_ICONS } from './console-icons.ts'

/** Icons that the share page also uses: strokes on a 24 by 24 grid. */
const SHARED = {
  plus: 'M12 5v14M5 12h14',
  pause: 'M8.5 5v14M15.5 5v14',
  play: 'M8 5.5v13l10.5-6.5L8 5.5Z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  close: 'm6 6 12 12M18 6 6 18',
  trash: 'M4 7h16M9.5 7V4.5h5V7M6.5 7l.9 12.5h9.2L17.5 7M10 11v5m4-5v5',
  folder: 'M3.5 18.5v-13h6l2 2.5h9v10.5h-17Z',
  file: 'M6 3.5h8l4.5 4.5v12.5H6v-17Zm7.5.5v4.5h4.5',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3',
  copy: 'M9 9h11v11H9V9Zm-4 6H4V4h11v1',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  code: 'M4 4h6v6H4V4Zm10 0h6v6h-6V4ZM4 14h6v6H4v-6Zm10 0h2.5v2.5H14V14Zm6 0v2.5M14 20h2.5m3.5 0v.1',
  alert: 'M12 4 2.8 20h18.4L12 4Zm0 6v4.5m0 2.51V17',
  info: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Zm0-9.5v5.5m0-9V7.49',
  refresh: 'M19.5 12A7.5 7.5 0 1 1 17 6.4l2.5 2.1m0-4.5v4.5H15',
  lock: 'M6 11h12v9H6v-9Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3',
  upload: 'M12 16V4.5m0 0L7.5 9M12 4.5 16.5 9M4.5 15v4.5h15V15',
  download: 'M12 4.5V16m0 0-4.5-4.5M12 16l4.5-4.5M4.5 15v4.5h15V15',
  share: 'M12 15V4m0 0L8 8m4-4 4 4M7 11.5H5v9h14v-9h-2',
  offline:
    'M3 3l18 18M5 12.5a10 10 0 0 1 4-2.4m5.7-.1a10 10 0 0 1 4.3 2.5M8.5 16a5 5 0 0 1 6-.8M12 19.51v-.01M2 9a15 15 0 0 1 4.5-2.8m4.5-.9A15 15 0 0 1 22 9',
  video: 'M3.5 6h12v12h-12V6Zm12 5 5-3v8l-5-3',
  audio:
    'M9 18V5.5l10-2V16M6.5 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm10-2a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  picture: 'M4 5h16v14H4V5Zm0 11 5-5 4 4 2.5-2.5L20 17M15.5 9.51V9.5',
  save: 'M4.5 4.5h12l3 3v12h-15v-15Zm4 0v4.5h6.5V4.5m-7 15v-6h8v6',
  left: 'M14.5 5.5 8 12l6.5 6.5',
  right: 'm9.5 5.5 6.5 6.5-6.5 6.5',
  external: 'M13.5 4.5h6v6m0-6-9 9M10 5.5H4.5v14h14V14',
} as const

export type IconName = keyof typeof SHARED | keyof typeof CONSOLE_ICONS

/** The icons of the page; the console adds more when it starts. */
export const ICONS: { [Name in IconName]?: string } = SHARED

/**
 * Icons that follow the reading direction. Those of media players do not: videos run from left to
 * right everywhere.
 */
export const MIRRORED: ReadonlySet<IconName> = new Set([
  'left',
  'right',
  'move',
  'queue',
  'external',
  'logout',
  'undo',
])
