/**
 * Names from a torrent made fit for a file system. Nothing here touches a disk: what a path means there (symbolic links) is the
 * business of folders.node.ts.
 *
 * BEP 52: "Keys may contain invalid UTF-8 sequences or characters and names that are reserved on specific filesystems. Implementations
 * must be prepared to sanitize them."
 */
import { utf8 } from '../base/bytes.ts'

/**
 * Whose rules apply. `posix` leaves what Linux and macOS can store (`a: b?`, `con`), so that a folder made there is found again under
 * its own names; `windows` changes these too.
 */
export type NameRules = 'posix' | 'windows'

/** Longest component in bytes of UTF-8: the limit of ext4, XFS, APFS; stricter than NTFS's 255 UTF-16 units. */
export const MAX_COMPONENT_BYTES = 255

/** Longest ending that is taken for an extension and kept when a name is shortened. */
const MAX_EXTENSION_BYTES = 16

/** C0, DEL, C1, and the marks that turn the direction of text, with which `exe.gpj` poses as a picture. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const SEPARATORS = /[/\\]/g
const WINDOWS_FORBIDDEN = /[<>:"|?*]/g
/** Devices, whatever the extension. The superscript digits count as digits to Windows. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i

/** One component that is a plain name on the file system: never empty, `.` or `..`, no separator, at most 255 bytes. */
export function safeComponent(component: string, rules: NameRules): string {
  let name = component.toWellFormed().replace(UNPRINTABLE, '_').replace(SEPARATORS, '_')
  if (rules === 'windows') {
    name = name.replace(WINDOWS_FORBIDDEN, '_')
    if (WINDOWS_DEVICE.test(name)) name = `_${name}`
  }
  name = shorten(name, MAX_COMPONENT_BYTES)
  // After the cut, which can end in a dot or space. Windows drops these, so two names would be one file.
  if (rules === 'windows') name = name.replace(/[. ]+$/, tail => '_'.repeat(tail.length))
  return name === '' || name === '.' || name === '..' ? '_' : name
}

/**
 * Where each path of a torrent goes below the download folder, with `/` between components: as many as `paths`, none of them equal,
 * or the folder of another, even where case or Unicode form does not count. The same input gives the same output everywhere (for the
 * same rules), since resume data relies on it. Of equal names the first in the list keeps its own, the others get ` (2)`, ` (3)`, …
 *
 * `reserved` are names directly in the download folder that no path may take.
 */
export function safePaths(
  paths: readonly (readonly string[])[],
  rules: NameRules,
  reserved: readonly string[] = [],
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

  const taken = new Set(reserved.map(foldName))
  for (const path of split) addFolders(path, taken)
  const next = new Map<string, number>()
  return split.map(path => {
    const plain = path.join('/')
    const key = foldName(plain)
    if (!taken.has(key)) {
      taken.add(key)
      return plain
    }
    // Counting on from the last number keeps 100,000 equal names linear.
    for (let count = next.get(key) ?? 2; ; count++) {
      const numbered = [...path.slice(0, -1), addNumber(path.at(-1)!, count)].join('/')
      const numberedKey = foldName(numbered)
      if (taken.has(numberedKey)) continue
      next.set(key, count + 1)
      taken.add(numberedKey)
      return numbered
    }
  })
}

/** Equal for names that some file system takes for the same: case (NTFS, APFS) and Unicode form (APFS, HFS+) do not count. */
export function foldName(name: string): string {
  // Upper case first: it joins what lower case alone keeps apart (ß and SS, ſ and s).
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC')
}

/** Adds the folded path of every folder that `path` lies in. */
function addFolders(path: readonly string[], taken: Set<string>): void {
  let folder = ''
  for (let i = 0; i < path.length - 1; i++) {
    folder = i === 0 ? path[0]! : `${folder}/${path[i]}`
    taken.add(foldName(folder))
  }
}

/** `name (2).ext`: the same name with a number before its ending, still at most 255 bytes. */
export function addNumber(name: string, count: number): string {
  const [stem, extension] = splitExtension(name)
  const ending = ` (${count})${extension}`
  return cut(stem, MAX_COMPONENT_BYTES - utf8(ending).length) + ending
}

function shorten(name: string, maxBytes: number): string {
  // No character takes more than three bytes a UTF-16 unit.
  if (name.length * 3 <= maxBytes || utf8(name).length <= maxBytes) return name
  const [stem, extension] = splitExtension(name)
  return cut(stem, maxBytes - utf8(extension).length) + extension
}

function splitExtension(name: string): [string, string] {
  const dot = name.lastIndexOf('.')
  if (dot <= 0 || utf8(name.slice(dot)).length > MAX_EXTENSION_BYTES) return [name, '']
  return [name.slice(0, dot), name.slice(dot)]
}

/** The longest start of `text` of at most `maxBytes` of UTF-8 that splits no character. */
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
