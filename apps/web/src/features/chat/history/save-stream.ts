/**
 * Saves a stream as a file. Where pages can write files, it is written to the disk as it arrives.
 */

interface Picker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>
}

/**
 * `open` starts the stream after the user has chosen a file. Must be called from a click. Returns
 * false if the user cancelled. Rejects with the error of the stream or of the disk.
 */
export async function saveStream(
  name: string,
  signal: AbortSignal,
  open: () => Promise<ReadableStream<Uint8Array>>,
): Promise<boolean> {
  const { showSaveFilePicker } = globalThis as Picker
  if (showSaveFilePicker) {
    const handle = await showSaveFilePicker({ suggestedName: name }).catch((error: Error) => {
      if (error.name === 'AbortError') return null
      throw error
    })
    if (!handle) return false
    const file = await handle.createWritable()
    // An existing file is replaced only if the stream completes.
    await (await open()).pipeTo(file as WritableStream<Uint8Array>, { signal })
    return true
  }
  const stream = (await open()) as ReadableStream<Uint8Array<ArrayBuffer>>
  // Browsers store large blobs on the disk.
  const blob = await new Response(stream).blob()
  signal.throwIfAborted()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return true
}
