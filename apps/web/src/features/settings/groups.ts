import type { SettingField } from './model.ts'

/** Groups of the network settings, which are too many for one list, in display order. */
const NETWORK = {
  reach: ['port', 'portMapping', 'stun', 'publicUrl'],
  discovery: ['dht', 'dhtNodes', 'lsd', 'pex', 'trackers', 'shareTrackers', 'ownTracker'],
  connections: [
    'encryption',
    'utp',
    'webrtc',
    'iceServers',
    'maxConnections',
    'maxConnectionsPerTorrent',
    'uploadSlots',
  ],
  way: ['proxy', 'proxyMode', 'interface', 'dnsServers'],
  peers: ['recognizePeers', 'paymentAfterMiB', 'paymentAfterMinutes'],
} as const
type GroupName = keyof typeof NETWORK

export interface SettingGroup {
  /** Null: a section without groups, or settings outside all groups. */
  readonly name: GroupName | null
  readonly fields: readonly SettingField[]
}

/** Returns the settings of a section in groups. Empty groups are omitted. */
export function groupsOf(fields: readonly SettingField[]): readonly SettingGroup[] {
  const names = Object.keys(NETWORK) as GroupName[]
  const groupOf = ({ section, member }: SettingField) =>
    section === 'network'
      ? (names.find(name => (NETWORK[name] as readonly string[]).includes(member)) ?? null)
      : null
  return [null, ...names]
    .map(name => ({ name, fields: fields.filter(field => groupOf(field) === name) }))
    .filter(group => group.fields.length > 0)
}
