import { parseFragment } from '../../apps/web/src/features/share-page/links.ts'
import { parseRange as parsePageRange } from '../../apps/web/src/features/share-page/service-worker/range.ts'
import { decodeText as decodePageText } from '../../apps/web/src/shared/media/read-text.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'page-text': driver((bytes: Uint8Array) => decodePageText(bytes, bytes.length % 2 === 0)),
  'page-fragment': driver((fragment: string) => parseFragment(fragment, 'https://page.example/')),
  'page-range': driver((header: string) => parsePageRange(header, 1000)),
}
