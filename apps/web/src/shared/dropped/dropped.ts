/** A file with its path below the dropped item. */
export interface DroppedFile {
  readonly path: string
  readonly file: File
}

/** Folders with more files must be shared from the node's machine, not through a browser. */
const MOST_FILES = 50_000

/** Returns all files of a drop, also those in folders, with their paths below the dropped item. */
export async function droppedFiles(data: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...data.items].map(item => item.webkitGetAsEntry?.()).filter(entry => !!entry)
  if (entries.length === 0) return [...data.files].map(file => ({ path: file.name, file }))
  const found: DroppedFile[] = []
  for (const entry of entries) await walk(entry, '', found)
  return found
}

async function walk(entry: FileSystemEntry, below: string, found: DroppedFile[]): Promise<void> {
  if (found.length >= MOST_FILES) return
  const path = below + entry.name
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    )
    found.push({ path, file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  // A reader returns entries in batches, and an empty batch at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return
    for (const each of some) await walk(each, `${path}/`, found)
  }
}

/** Returns the files of a folder input with their paths. */
export function pickedFiles(list: FileList | null): DroppedFile[] {
  return [...(list ?? [])].map(file => ({ path: file.webkitRelativePath || file.name, file }))
}

/** Leaves out hidden files and folders of the chosen folders, unless there is nothing else. */
export function withoutHidden(files: readonly DroppedFile[]): readonly DroppedFile[] {
  const visible = files.filter(({ path }) => !path.includes('/.'))
  return visible.length > 0 ? visible : files
}
