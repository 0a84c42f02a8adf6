/** Kinds of files by the extension of their names. */
export const FILE_KINDS = ['video', 'audio', 'picture', 'document', 'archive', 'other'] as const
export type FileKind = (typeof FILE_KINDS)[number]

const ENDINGS: Readonly<Record<Exclude<FileKind, 'other'>, string>> = {
  video: '3gp asf avi divx flv m2ts m4v mkv mov mp4 mpeg mpg mts ogm ogv rm rmvb ts vob webm wmv',
  audio:
    'aac ac3 aif aiff alac ape dts flac m3u m3u8 m4a m4b mid midi mka mp2 mp3 mpc oga ogg opus pls wav wma wv',
  picture: 'avif bmp gif heic heif ico jfif jp2 jpeg jpg jxl png psd raw svg tif tiff webp xcf',
  document:
    'azw azw3 cbr cbz csv djvu doc docx epub fb2 htm html json log markdown md mobi nfo odp ods odt pdf ppt pptx ps rst rtf srt ass vtt tex tsv txt xhtml xls xlsx xml',
  archive: '7z apk bz2 cab deb dmg gz img iso jar lz lz4 lzma rar rpm tar tbz2 tgz txz xz z zip zst',
}

const KINDS: ReadonlyMap<string, FileKind> = new Map(
  Object.entries(ENDINGS).flatMap(([kind, endings]) =>
    endings.split(' ').map(ending => [ending, kind as FileKind] as const),
  ),
)

export function kindOf(path: string): FileKind {
  return KINDS.get(extensionOf(path)) ?? 'other'
}

/** Returns the lower-case extension of a file name without the dot; empty if it has none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase()
}
