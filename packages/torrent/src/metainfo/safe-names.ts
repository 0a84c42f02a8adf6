/**
 * Sanitizes names from a torrent for a file system. Does not access the disk; folders.node.ts deals
 * with symbolic links.
 *
 * BEP 52: "Keys may contain invalid UTF-8 sequences or characters and names that are reserved on
 * specific filesystems. Implementations must be prepared to sanitize them."
 */
import { utf8 } from '../base/bytes.ts'

/**
 * The applicable rules. `posix` keeps names that Linux and macOS can store (`a: b?`, `con`), so
 * that existing files are found under their own names; `windows` changes these too.
 */
export type NameRules = 'posix' | 'windows'

/**
 * Longest component in UTF-8 bytes: the limit of ext4, XFS and APFS; stricter than NTFS's 255
 * UTF-16 units.
 */
const MAX_COMPONENT_BYTES = 255

/** Longest suffix treated as an extension, which is kept when a name is shortened. */
const MAX_EXTENSION_BYTES = 16

/**
 * C0, DEL, C1, and the marks that change text direction, which can make `exe.gpj` look like a
 * picture.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters on purpose
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const SEPARATORS = /[/\\]/g
const WINDOWS_FORBIDDEN = /[<>:"|?*]/g
/** Fast path for most names, which need no changes. */
const PLAIN = /^\.?[\w-][\w .()-]{0,253}$/
/** Device names with any extension. Windows treats the superscript digits as digits. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i

/**
 * Turns a component into a plain file name: never empty, `.` or `..`, without separators, at most
 * 255 bytes.
 */
export function safeComponent(component: string, rules: NameRules): string {
  if (rules === 'posix' && PLAIN.test(component)) return component
  let name = component.toWellFormed().replace(UNPRINTABLE, '_').replace(SEPARATORS, '_')
  if (rules === 'windows') {
    name = name.replace(WINDOWS_FORBIDDEN, '_')
    if (WINDOWS_DEVICE.test(name)) name = `_${name}`
  }
  name = shorten(name, MAX_COMPONENT_BYTES)
  // Done after shortening, which can leave a trailing dot or space. Windows drops these, so two
  // names would be one file.
  if (rules === 'windows') name = name.replace(/[. ]+$/, tail => '_'.repeat(tail.length))
  return name === '' || name === '.' || name === '..' ? '_' : name
}

/**
 * Sanitized path of each file below the download folder, with `/` between components. No two
 * results are equal and none is a folder of another, even if case and Unicode form are ignored. The
 * result depends only on the arguments, because resume data relies on it. Of equal names, the first
 * in the list is kept and the others get ` (2)`, ` (3)`, …
 *
 * `reserved` are names directly in the download folder that no path may use. `isExact`: for file
 * systems that do not ignore case and Unicode form.
 */
export function safePaths(
  paths: readonly (readonly string[])[],
  rules: NameRules,
  { reserved = [], isExact = false }: { reserved?: readonly string[]; isExact?: boolean } = {},
): string[] {
  const components = new Map<string, string>()
  const safe = (component: string): string => {
    let name = components.get(component)
    if (name === undefined) {
      name = safeComponent(component, rules)
      components.set(component, name)
    }
    return name
  }
  const split = paths.map(path => (path.length === 0 ? ['_'] : path.map(safe)))
  if (split.length === 1 && reserved.length === 0) return [split[0]!.join('/')]
  const names = distinctNames(split, { ...(!isExact && { sameAs: foldName }), reserved })
  return split.map((path, i) => [...path.slice(0, -1), names[i]!].join('/'))
}

/**
 * The last component of each path, numbered as in `name (2).ext` where an earlier file or any
 * folder has its path. Of equal paths, the first is kept. Components are equal if `sameAs` is.
 * `reserved` are names directly in the root that no file may have.
 */
export function distinctNames(
  paths: readonly (readonly string[])[],
  {
    sameAs = name => name,
    reserved = [],
  }: { sameAs?: (name: string) => string; reserved?: readonly string[] } = {},
): string[] {
  const keys = new Map<string, string>()
  const key = (name: string): string => {
    let known = keys.get(name)
    if (known === undefined) {
      known = sameAs(name)
      keys.set(name, known)
    }
    return known
  }
  // A trie in one Map: `<parent folder number>/<name>` to the folder's number, or -1 for a file.
  // Paths joined to texts could take far more memory than the torrent.
  const taken = new Map(reserved.map(name => [`0/${key(name)}`, -1]))
  let folders = 0
  const parents = paths.map(path => {
    let folder = 0
    for (let i = 0; i < path.length - 1; i++) {
      const at = `${folder}/${key(path[i]!)}`
      const below = taken.get(at) ?? -1
      folder = below < 0 ? ++folders : below
      if (below < 0) taken.set(at, folder)
    }
    return folder
  })
  const next = new Map<string, number>()
  /** The smallest number with the same number of digits as the last one of a name. */
  const reached = new Map<string, number>()
  return paths.map((path, i) => {
    const name = path.at(-1)!
    const first = `${parents[i]}/${key(name)}`
    if (!taken.has(first)) {
      taken.set(first, -1)
      return name
    }
    // Continue from the last number, so that 100,000 equal names take linear time. Long names are
    // cut to make room for it and may then collide, depending on its digits, so colliding names
    // share the numbers with the same number of digits.
    for (let least = reached.get(first) ?? 1; ; least *= 10) {
      reached.set(first, least)
      const series = `${parents[i]}/${sameAs(addNumber(name, least))}`
      for (let count = next.get(series) ?? Math.max(least, 2); count < 10 * least; count++) {
        const numbered = addNumber(name, count)
        const at = `${parents[i]}/${sameAs(numbered)}`
        next.set(series, count + 1)
        if (taken.has(at)) continue
        taken.set(at, -1)
        return numbered
      }
    }
  })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has control characters
const ASCII = /^[\u0000-\u007f]*$/

/**
 * Maps names that some file system considers equal to the same key: ignores case (NTFS, APFS) and
 * Unicode form (APFS, HFS+).
 */
export function foldName(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase()
  // Upper case first: it unifies characters that lower case keeps apart (ß and SS, ſ and s).
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC')
}

/**
 * Inserts a number before the extension, as in `name (2).ext`. The result has at most 255 bytes.
 */
export function addNumber(name: string, count: number): string {
  const [stem, extension] = splitExtension(name)
  const ending = ` (${count})${extension}`
  return cut(stem, MAX_COMPONENT_BYTES - utf8(ending).length) + ending
}

/** Cuts a name to `maxBytes` in UTF-8 but keeps its extension. */
export function shorten(name: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes.
  if (name.length * 3 <= maxBytes || utf8(name).length <= maxBytes) return name
  const [stem, extension] = splitExtension(name)
  return cut(stem, maxBytes - utf8(extension).length) + extension
}

function splitExtension(name: string): [string, string] {
  const dot = name.lastIndexOf('.')
  if (dot <= 0 || utf8(name.slice(dot)).length > MAX_EXTENSION_BYTES) return [name, '']
  return [name.slice(0, dot), name.slice(dot)]
}

/**
 * The longest prefix of `text` with at most `maxBytes` UTF-8 bytes that does not split a character.
 */
function cut(text: string, maxBytes: number): string {
  let bytes = 0
  let end = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (bytes > maxBytes) break
    end += character.length
  }
  return text.slice(0, end)
}
