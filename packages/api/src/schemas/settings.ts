import { z } from 'zod'
import { HostPath, Name, RateLimit } from './common.ts'

/**
 * All that can be set while the node runs. Each has its name and explanation here, which the console, the command line and the
 * documentation show.
 */
const text = (title: string, description: string) => ({ title, description })
/** Of a list: a value that it may have, since nobody guesses the members. */
const list = (title: string, description: string, example: unknown[]) => ({
  title,
  description,
  examples: [example],
})
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is written 07:30')

export const ScheduledLimit = z.object({
  /** 0 Sunday to 6 Saturday, in the machine's time zone. */
  days: z.array(z.number().int().min(0).max(6)).min(1).max(7),
  from: TimeOfDay,
  /** Earlier than `from`: of the next day. */
  to: TimeOfDay,
  downloadBytesPerSecond: RateLimit,
  uploadBytesPerSecond: RateLimit,
})
export type ScheduledLimit = z.infer<typeof ScheduledLimit>

export const WatchedFolder = z.object({
  directory: HostPath,
  label: Name.nullable().default(null),
  paused: z.boolean().default(false),
  /** What becomes of a .torrent once it was added. */
  action: z.enum(['rename', 'delete']).default('rename'),
})
export type WatchedFolder = z.infer<typeof WatchedFolder>

export const Downloads = z.object({
  directory: HostPath.meta(
    text('Download folder', 'Where downloads go, unless a label or you say otherwise.'),
  ),
  completeDirectory: HostPath.nullable().meta(
    text(
      'Move when complete',
      'Finished downloads are moved here. Labels with a folder of their own keep theirs.',
    ),
  ),
  preallocate: z
    .boolean()
    .meta(
      text(
        'Reserve room',
        'Takes the whole room of a file before it downloads, so that a full disk shows at once.',
      ),
    ),
  startPaused: z.boolean().meta(text('Add paused', 'New torrents wait until you start them.')),
})
/** `stun:host:port`, or `turn:user:secret@host:port` with optional `?transport=tcp`; user and secret as in a URL. */
const IceServerText = z
  .string()
  .max(1000)
  .regex(
    /^(?:stuns?:|turns?:[^\s:@/]{1,300}:[^\s:@/]{1,300}@)(?:\[[0-9a-fA-F:.]+\]|[^\s:@/?[\]]{1,253})(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/,
    'a server is written stun:host:port or turn:user:secret@host:port',
  )
const TrackerUrl = z
  .string()
  .max(2000)
  .regex(/^(?:https?|udp|wss?):\/\/[^\s/]+/i, 'a tracker is a http, https, udp, ws or wss URL')

export const Network = z.object({
  port: z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .meta(
      text(
        'Port for peers',
        'TCP and UDP. Forward it in your router so that peers can reach you. 0 takes any free one.',
      ),
    ),
  encryption: z
    .enum(['plain', 'prefer', 'require'])
    .meta(
      text('Encryption', 'Prefer hides the protocol where the peer can. Require refuses peers that cannot.'),
    ),
  dht: z.boolean().meta(text('DHT', 'Finds peers without trackers. Never used for private torrents.')),
  lsd: z.boolean().meta(text('Local discovery', 'Finds peers in the same network.')),
  pex: z.boolean().meta(text('Peer exchange', 'Peers tell each other of peers. Never for private torrents.')),
  trackers: z.boolean().meta(text('Trackers', 'Asks the servers that a torrent names for peers.')),
  webrtc: z
    .boolean()
    .meta(
      text('WebRTC', 'Reaches peers that are web pages, over trackers whose URLs begin with ws: or wss:.'),
    ),
  iceServers: z
    .array(IceServerText)
    .max(20)
    .meta(
      list(
        'STUN and TURN servers',
        'Help WebRTC past firewalls: stun:HOST:PORT tells your address, turn:USER:SECRET@HOST:PORT relays.',
        ['stun:stun.example:3478', 'turn:anna:secret@turn.example:3478?transport=tcp'],
      ),
    ),
  shareTrackers: z
    .array(TrackerUrl)
    .max(50)
    .meta(
      list(
        'Trackers of new shares',
        'What you share announces to these, unless you name others. Never private torrents.',
        ['udp://tracker.example:6969/announce', 'wss://tracker.example/'],
      ),
    ),
  ownTracker: z
    .boolean()
    .meta(
      text(
        'Tracker of its own',
        'Brings peers together at /announce of the node’s own address, so that a share works with nothing else on the network.',
      ),
    ),
  publicUrl: z
    .string()
    .max(500)
    .regex(/^https?:\/\/[^\s/?#@]+$/i, 'an address is written http://HOST:PORT, with nothing after it')
    .nullable()
    .meta(
      text(
        'Public address',
        'How others reach this node, such as http://203.0.113.7:8420: what you share then names its tracker.',
      ),
    ),
  maxConnections: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .meta(text('Most connections', 'For all torrents together.')),
  maxConnectionsPerTorrent: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .meta(text('Most connections of a torrent', '')),
  uploadSlots: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .meta(text('Upload slots', 'How many peers one torrent uploads to at a time.')),
})
export const Limits = z.object({
  downloadBytesPerSecond: RateLimit.meta(text('Download limit', 'For all torrents together.')),
  uploadBytesPerSecond: RateLimit.meta(text('Upload limit', 'For all torrents together.')),
  alternative: z
    .boolean()
    .meta(text('Alternative limits', 'Holds these two instead, until you switch back.')),
  alternativeDownloadBytesPerSecond: RateLimit.meta(text('Alternative download limit', '')),
  alternativeUploadBytesPerSecond: RateLimit.meta(text('Alternative upload limit', '')),
  limitLocalPeers: z
    .boolean()
    .meta(
      text(
        'Limit local peers too',
        'The limits hold for peers in your own network as well. Off: these transfer as fast as they can.',
      ),
    ),
  schedule: z
    .array(ScheduledLimit)
    .max(100)
    .meta(
      list('Schedule', 'Other limits at certain hours. The first entry that fits holds.', [
        {
          days: [1, 2, 3, 4, 5],
          from: '08:00',
          to: '18:30',
          downloadBytesPerSecond: 2_000_000,
          uploadBytesPerSecond: null,
        },
      ]),
    ),
})
export const Queue = z.object({
  maxDownloads: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .meta(text('Active downloads', 'More wait in the queue. Empty: no limit.')),
  maxSeeds: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .meta(text('Active uploads', 'More wait in the queue. Empty: no limit.')),
})
export const Seeding = z.object({
  ratioLimit: z
    .number()
    .min(0.01)
    .max(10_000)
    .nullable()
    .meta(text('Ratio limit', 'Sharing ends when so many times the size was uploaded. Empty: never.')),
  timeLimitMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .nullable()
    .meta(text('Time limit', 'Sharing ends after so many minutes. Empty: never.')),
  action: z
    .enum(['pause', 'remove', 'remove-with-data'])
    .meta(text('After that', 'What happens to a torrent that reached a limit.')),
})
/** What is filled in, between braces, in the arguments of the program that runs on completion. */
export const HOOK_PLACEHOLDERS = ['name', 'path', 'directory', 'id', 'label', 'bytes'] as const
const PLACEHOLDERS_TEXT = HOOK_PLACEHOLDERS.map(name => `{${name}}`).join(', ')

/** `${NAME}` is a shell's or a script's own. */
function unknownPlaceholder(argument: string): string | undefined {
  const known: readonly string[] = HOOK_PLACEHOLDERS
  return [...argument.matchAll(/(?<!\$)\{([a-z][a-z_-]*)\}/gi)].find(
    ([, name]) => !known.includes(name!),
  )?.[0]
}

const HookArgument = z
  .string()
  .max(4096)
  .refine(argument => unknownPlaceholder(argument) === undefined, {
    error: ({ input }) =>
      `${unknownPlaceholder(String(input))?.slice(0, 80)} is nothing that is filled in: there are ${PLACEHOLDERS_TEXT}. Braces of the program's own have spaces inside: { word }`,
  })

export const Automation = z.object({
  watch: z
    .array(WatchedFolder)
    .max(100)
    .meta(
      list('Watched folders', 'A .torrent that is put there is added.', [
        { directory: '/home/anna/Torrents', label: 'films', paused: false, action: 'rename' },
      ]),
    ),
  onComplete: z
    .array(HookArgument)
    .max(100)
    .meta(
      list(
        'Run on completion',
        'A program and its arguments, one each: no shell. {name}, {path}, {directory}, {id}, {label} and {bytes} are filled in. Set on the node’s own machine only: by who has its token, or at the start; a password is not enough.',
        ['/usr/bin/notify-send', 'Complete: {name}'],
      ),
    ),
})
export const SearchSettings = z.object({
  documents: z
    .boolean()
    .meta(
      text(
        'Look inside documents',
        'Text of shared text, Markdown, HTML, PDF and EPUB files can be searched.',
      ),
    ),
})
export const Privacy = z.object({
  countryDatabase: HostPath.nullable().meta(
    text(
      'Country database',
      'A MaxMind .mmdb file on this machine. Peers then show their country; nobody is asked.',
    ),
  ),
})
export const Settings = z.object({
  downloads: Downloads,
  network: Network,
  limits: Limits,
  queue: Queue,
  seeding: Seeding,
  automation: Automation,
  search: SearchSettings,
  privacy: Privacy,
})
export type Settings = z.infer<typeof Settings>

/** What a fresh node has; the download folder depends on the machine. */
export const DEFAULT_SETTINGS: Omit<Settings, 'downloads'> & {
  downloads: Omit<Settings['downloads'], 'directory'>
} = {
  downloads: { completeDirectory: null, preallocate: false, startPaused: false },
  network: {
    port: 6881,
    encryption: 'prefer',
    dht: true,
    lsd: true,
    pex: true,
    trackers: true,
    webrtc: true,
    iceServers: [],
    shareTrackers: [],
    ownTracker: true,
    publicUrl: null,
    maxConnections: 500,
    maxConnectionsPerTorrent: 100,
    uploadSlots: 8,
  },
  limits: {
    downloadBytesPerSecond: null,
    uploadBytesPerSecond: null,
    alternative: false,
    alternativeDownloadBytesPerSecond: 1_000_000,
    alternativeUploadBytesPerSecond: 100_000,
    limitLocalPeers: false,
    schedule: [],
  },
  queue: { maxDownloads: null, maxSeeds: null },
  seeding: { ratioLimit: null, timeLimitMinutes: null, action: 'pause' },
  automation: { watch: [], onComplete: [] },
  search: { documents: true },
  privacy: { countryDatabase: null },
}

/** Any part of the settings; what is left out stays. */
export const SettingsChange = z.object({
  downloads: Downloads.partial().optional(),
  network: Network.partial().optional(),
  limits: Limits.partial().optional(),
  queue: Queue.partial().optional(),
  seeding: Seeding.partial().optional(),
  automation: Automation.partial().optional(),
  search: SearchSettings.partial().optional(),
  privacy: Privacy.partial().optional(),
})
export type SettingsChange = z.input<typeof SettingsChange>
