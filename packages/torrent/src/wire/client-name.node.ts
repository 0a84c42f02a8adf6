import { latin1 } from '../base/bytes.ts'

/** Clients by the two letters after the dash in Azureus style (BEP 20). */
const AZUREUS: Readonly<Record<string, string>> = {
  '7T': 'aTorrent',
  AB: 'AnyEvent::BitTorrent',
  AG: 'Ares',
  'A~': 'Ares',
  AR: 'Arctic',
  AT: 'Artemis',
  AV: 'Avicora',
  AX: 'BitPump',
  AZ: 'Azureus',
  BB: 'BitBuddy',
  BC: 'BitComet',
  BE: 'BitTorrent SDK',
  BF: 'Bitflu',
  BG: 'BTG',
  BI: 'BiglyBT',
  BL: 'BitLord',
  BP: 'BitTorrent Pro',
  BR: 'BitRocket',
  BS: 'BTSlave',
  BT: 'BitTorrent',
  BW: 'BitWombat',
  BX: 'Bittorrent X',
  CD: 'Enhanced CTorrent',
  CT: 'CTorrent',
  DE: 'Deluge',
  DP: 'Propagate Data Client',
  EB: 'EBit',
  ES: 'electric sheep',
  FC: 'FileCroc',
  FD: 'Free Download Manager',
  FG: 'FlashGet',
  FL: 'Flud',
  FT: 'FoxTorrent',
  FX: 'Freebox BitTorrent',
  GS: 'GSTorrent',
  GT: 'anacrolix/torrent',
  HK: 'Hekate',
  HL: 'Halite',
  HN: 'Hydranode',
  IL: 'iLivid',
  JT: 'JavaTorrent',
  KG: 'KGet',
  KT: 'KTorrent',
  LC: 'LeechCraft',
  LH: 'LH-ABC',
  LP: 'Lphant',
  LT: 'libtorrent',
  lt: 'rTorrent',
  LW: 'LimeWire',
  MG: 'MediaGet',
  MK: 'Meerkat',
  MO: 'MonoTorrent',
  MP: 'MooPolice',
  MR: 'Miro',
  MT: 'MoonlightTorrent',
  NX: 'Net Transport',
  OS: 'OneSwarm',
  OT: 'OmegaTorrent',
  PD: 'Pando',
  PI: 'PicoTorrent',
  PT: 'PHPTracker',
  qB: 'qBittorrent',
  QD: 'QQDownload',
  QT: 'Qt 4 Torrent example',
  RT: 'Retriever',
  rq: 'rqbit',
  RS: 'Rufus',
  'S~': 'Shareaza alpha/beta',
  SB: 'Swiftbit',
  SD: 'Thunder',
  SH: 'Shoal',
  SM: 'SoMud',
  SP: 'BitSpirit',
  SS: 'SwarmScope',
  ST: 'SymTorrent',
  st: 'sharktorrent',
  SZ: 'Shareaza',
  TB: 'Torch',
  TL: 'Tribler',
  TN: 'TorrentDotNET',
  TR: 'Transmission',
  TS: 'Torrentstorm',
  TT: 'TuoTu',
  TX: 'Tixati',
  UE: 'µTorrent Embedded',
  UL: 'uLeecher!',
  UM: 'µTorrent Mac',
  UT: 'µTorrent',
  UW: 'µTorrent Web',
  VG: 'Vagaa',
  WD: 'WebTorrent Desktop',
  WT: 'BitLet',
  WW: 'WebTorrent',
  WY: 'FireTorrent',
  XC: 'Xtorrent',
  XF: 'Xfplay',
  XL: 'Xunlei',
  XT: 'XanTorrent',
  XX: 'Xtorrent',
  ZO: 'Zona',
  ZT: 'ZipTorrent',
}

/** Clients by the first letter in Shadow's style (BEP 20). */
const SHADOW: Readonly<Record<string, string>> = {
  A: 'ABC',
  O: 'Osprey Permaseed',
  Q: 'BTQueue',
  R: 'Tribler',
  S: 'Shadow',
  T: 'BitTornado',
  U: 'UPnP NAT BitTorrent',
}

/** Shadow's version digits, from 0 to 63. */
const SHADOW_DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-'

/**
 * Returns the name and version of the client that generated a peer ID, such as
 * `Transmission 4.0.6`, or `Unknown` if its style is not known (BEP 20). The text consists of known
 * names and digits only, so it is safe to display. Prefer `v` of the extended handshake if present.
 */
export function clientName(peerId: Uint8Array): string {
  const id = latin1(peerId)
  return azureusName(id) ?? mainlineName(id) ?? otherName(id) ?? shadowName(id) ?? 'Unknown'
}

function azureusName(id: string): string | null {
  const match = /^-([A-Za-z0-9~]{2})([0-9A-Za-z]{4})/.exec(id)
  if (!match) return null
  const [, letters, version] = match as unknown as [string, string, string]
  const name = Object.hasOwn(AZUREUS, letters) ? AZUREUS[letters]! : null
  if (name === null) return null
  return `${name} ${azureusVersion(letters, version)}`
}

/** Formats four base-36 digits as a version; the last one is left out if it is zero. */
function azureusVersion(letters: string, version: string): string {
  // WebTorrent: two digits major, two digits minor.
  if (letters === 'WW' || letters === 'WD') return `${leading(version, 0)}.${leading(version, 2)}`
  // Transmission until 3.00: major, then two digits minor; from 4.0.0 one digit each.
  if (letters === 'TR' && /^[0-3]/.test(version)) return `${version[0]}.${version.slice(1, 3)}`
  const numbers = [...version].map(digit => Number.parseInt(digit, 36))
  // A letter in fourth place marks a build or release stage (µTorrent, Transmission) and is not
  // part of the version.
  const kept = numbers[3] === 0 || !/[0-9]/.test(version[3]!) ? numbers.slice(0, 3) : numbers
  return kept.join('.')
}

function leading(version: string, at: number): number {
  const pair = version.slice(at, at + 2)
  return /^\d+$/.test(pair) ? Number(pair) : Number.parseInt(pair[0]!, 36)
}

/** `M4-20-8-`: the original BitTorrent client; `Q1-0-0--`: Queen Bee. */
function mainlineName(id: string): string | null {
  const match = /^([MQ])(\d{1,2})-(\d{1,2})-(\d{1,2})-/.exec(id)
  if (!match) return null
  return `${match[1] === 'M' ? 'BitTorrent' : 'Queen Bee'} ${match[2]}.${match[3]}.${match[4]}`
}

function otherName(id: string): string | null {
  const aria = /^(?:A2-|-a2-?)(\d{1,2})-(\d{1,3})-(\d{1,2})-/.exec(id)
  if (aria) return `aria2 ${aria[1]}.${aria[2]}.${aria[3]}`
  const donkey = /^-ML(\d{1,2}(?:\.\d{1,2}){1,3})/.exec(id)
  if (donkey) return `MLdonkey ${donkey[1]}`
  const xbt = /^XBT(\d)(\d)(\d)/.exec(id)
  if (xbt) return `XBT ${xbt[1]}.${xbt[2]}.${xbt[3]}`
  const comet = /^(?:exbc|FUTB)([\s\S])([\s\S])(LORD)?/.exec(id)
  if (comet) {
    const minor = String(comet[2]!.charCodeAt(0)).padStart(2, '0')
    return `${comet[3] ? 'BitLord' : 'BitComet'} ${comet[1]!.charCodeAt(0)}.${minor}`
  }
  if (/^OP\d{4}/.test(id)) return `Opera build ${id.slice(2, 6)}`
  if (id.startsWith('-BOW')) return 'Bits on Wheels'
  if (id.startsWith('-G3')) return 'G3 Torrent'
  if (id.startsWith('AZ2500BT')) return 'BitTyrant 1.1'
  if (id.startsWith('346------')) return 'TorrenTopia 1.90'
  const spirit = /^\0([23])BS/.exec(id.replace('\x02', '2').replace('\x03', '3'))
  return spirit ? `BitSpirit ${spirit[1]}` : null
}

/**
 * `S58B-----`: one letter, then up to five base-64 digits padded with dashes to six characters,
 * then `---`.
 */
function shadowName(id: string): string | null {
  const match = /^([AOQRSTU])([0-9A-Za-z.]{1,5})(-*)/.exec(id)
  if (!match || match[2]!.length + match[3]!.length < 6) return null
  const version = [...match[2]!].map(digit => SHADOW_DIGITS.indexOf(digit))
  return `${SHADOW[match[1]!]} ${version.join('.')}`
}
