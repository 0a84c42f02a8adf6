import type { SwitchableSource } from '../../base/switchable-source.ts'
import { asList, asText, type BencodeDictionary } from '../../bencode/bencode.ts'
import type { ResumeProgress } from './resume-store.ts'

const SWITCHABLE: readonly SwitchableSource[] = ['tcp', 'utp', 'webrtc', 'libp2p', 'webseed', 'ftp', 'disk']

/** The fields of a record for options that pages do not have. */
export function encodeNodeOptions({ superSeeding, sourcesOff }: ResumeProgress) {
  return { 'super seeding': superSeeding ? 1 : undefined, 'sources off': sourcesOff }
}

/** Reads them. Kinds of sources that this version does not know are ignored. */
export function decodeNodeOptions(
  fields: BencodeDictionary,
): Pick<ResumeProgress, 'superSeeding' | 'sourcesOff'> {
  const off = asList(fields.get('sources off'))?.slice(0, 100).map(asText)
  return {
    ...(fields.get('super seeding') === 1 && { superSeeding: true }),
    ...(off && { sourcesOff: SWITCHABLE.filter(kind => off.includes(kind)) }),
  }
}
