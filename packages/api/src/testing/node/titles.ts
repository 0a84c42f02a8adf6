import { Random, seedOf } from './random.ts'

export interface PlannedFile {
  readonly path: string
  readonly lengthBytes: number
}
/** Changes a text written by a stranger. */
export type Says = (text: string) => string

export interface Title {
  readonly name: string
  readonly label: string | null
  readonly tags: readonly string[]
  readonly comment?: string
  readonly sealed?: boolean
  /** Changes texts of others in the swarm: program names, and messages of trackers. */
  readonly says?: Says
  /**
   * Paths are relative to the download folder and begin with the torrent's name if it is a folder.
   */
  files(random: Random): PlannedFile[]
}

/** A title with texts written by strangers. */
export function saidBy(title: Title, says: Says): Title {
  return {
    ...title,
    name: says(title.name),
    ...(title.comment !== undefined && { comment: says(title.comment) }),
    says,
    files: random => title.files(random).map(file => ({ ...file, path: says(file.path) })),
  }
}

const MB = 1_000_000
const one = (name: string, megabytes: number, label: string | null, tags: string[] = []): Title => ({
  name,
  label,
  tags,
  files: () => [{ path: name, lengthBytes: Math.round(megabytes * MB) + (seedOf(name) % 4096) }],
})

const film = (name: string, megabytes: number, comment?: string): Title => ({
  name,
  label: 'films',
  tags: ['open movie'],
  ...(comment ? { comment } : {}),
  files: random => [
    { path: `${name}/${name}.mp4`, lengthBytes: Math.round(megabytes * MB) },
    ...['en', 'de', 'es', 'fr', 'ja'].map(language => ({
      path: `${name}/subtitles/${name}.${language}.srt`,
      lengthBytes: random.integer(8_000, 42_000),
    })),
    { path: `${name}/poster.jpg`, lengthBytes: random.integer(200_000, 900_000) },
    { path: `${name}/README.md`, lengthBytes: 2_184 },
  ],
})

const album = (name: string, tracks: number): Title => ({
  name,
  label: 'music',
  tags: ['lossless'],
  files: random => [
    ...Array.from({ length: tracks }, (_, track) => ({
      path: `${name}/${String(track + 1).padStart(2, '0')} – ${random.pick(MOVEMENTS)}.flac`,
      lengthBytes: random.integer(14 * MB, 61 * MB),
    })),
    { path: `${name}/cover.jpg`, lengthBytes: 421_337 },
    { path: `${name}/notes.txt`, lengthBytes: 5_120 },
  ],
})

const dataset = (name: string, parts: number, megabytes: number): Title => ({
  name,
  label: 'data',
  tags: ['research'],
  files: random =>
    Array.from({ length: parts }, (_, part) => ({
      path: `${name}/part-${String(Math.floor(part / 50)).padStart(2, '0')}/${name}-${String(part).padStart(4, '0')}.parquet`,
      lengthBytes: random.integer(megabytes * 0.6 * MB, megabytes * 1.4 * MB),
    })),
})

const books = (name: string, titles: readonly string[]): Title => ({
  name,
  label: 'books',
  tags: ['public domain'],
  files: random =>
    titles.flatMap(title => [
      { path: `${name}/${title}.epub`, lengthBytes: random.integer(300_000, 2_400_000) },
      { path: `${name}/plain text/${title}.txt`, lengthBytes: random.integer(200_000, 900_000) },
    ]),
})

const MOVEMENTS = [
  'Allegro',
  'Andante con moto',
  'Adagio',
  'Scherzo',
  'Presto',
  'Largo',
  'Rondo',
  'Aria',
  'Fugue',
  'Variation',
]

const TITLES: readonly Title[] = [
  one('debian-13.1.0-amd64-netinst.iso', 790, 'linux', ['iso']),
  film('Sintel (2010) 4K', 5_120, 'Blender Foundation, CC BY 3.0'),
  one('ubuntu-26.04-desktop-amd64.iso', 6_120, 'linux', ['iso']),
  album('Goldberg Variations – Open Recording', 32),
  film('Big Buck Bunny (2008) 1080p 60fps', 691, 'Blender Foundation, CC BY 3.0'),
  dataset('openstreetmap-planet-2026-11', 420, 190),
  one('archlinux-2026.11.01-x86_64.iso', 1_180, 'linux', ['iso']),
  books('Jules Verne – Collected', [
    'Twenty Thousand Leagues',
    'Around the World in Eighty Days',
    'The Mysterious Island',
    'From the Earth to the Moon',
  ]),
  film('Tears of Steel (2012) 2160p', 6_740),
  one('wikipedia_en_all_maxi_2026-10.zim', 109_000, 'data', ['kiwix']),
  one('fedora-workstation-live-x86_64-44.iso', 2_310, 'linux', ['iso']),
  album('Musopen – Chopin Nocturnes', 21),
  film('Cosmos Laundromat (2015)', 1_480),
  one('holiday-photos-lisbon.zip', 2_870, null),
  dataset('common-voice-23-en', 96, 820),
  one('raspios-arm64-lite.img.xz', 540, 'linux'),
  books('Project Gutenberg – Science', [
    'On the Origin of Species',
    'Opticks',
    'Relativity',
    'The Chemical History of a Candle',
  ]),
  film('Spring (2019) 4K', 2_210),
  one('band-rehearsal-2026-11-14.wav', 812, 'music'),
  film('Elephants Dream (2006)', 815),
  one('blender-5.2-linux-x64.tar.xz', 398, null, ['tools']),
  album('Kimiko Ishizaka – Well-Tempered Clavier', 48),
  one('nasa-apollo-11-transcripts.pdf', 62, 'books', ['history']),
  film('Charge (2022) 1080p', 940),
]

const PLACES = [
  'harbour',
  'north',
  'archive',
  'field',
  'river',
  'station',
  'summit',
  'garden',
  'delta',
  'meridian',
]
const THINGS = [
  'recordings',
  'scans',
  'survey',
  'backup',
  'photos',
  'lectures',
  'maps',
  'samples',
  'sessions',
  'models',
]

/** Returns a known title, or generates one for higher indexes. */
export function titleNumber(index: number): Title {
  const known = TITLES[index]
  if (known) return known
  const random = new Random(seedOf(`title ${index}`))
  const name = `${random.pick(PLACES)}-${random.pick(THINGS)}-${String(index).padStart(4, '0')}`
  const kind = random.integer(0, 5)
  if (kind === 0) return film(`${name} (${random.integer(1990, 2026)})`, random.integer(400, 8_000))
  if (kind === 1) return album(name, random.integer(6, 24))
  if (kind === 2) return dataset(name, random.integer(4, 60), random.integer(5, 200))
  if (kind === 3) return books(name, [`${name} I`, `${name} II`])
  return one(
    `${name}.${random.pick(['iso', 'tar.xz', 'zip', 'img', 'mkv'])}`,
    random.integer(20, 9_000),
    random.pick([null, 'linux', 'data']),
  )
}
