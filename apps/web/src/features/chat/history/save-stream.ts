/** Saves a stream as a file. Where pages can write files, it goes to the disk as it comes. */

interface Picker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>
}

/** `open` begins the stream once the user has chosen where. To be called from a click. Returns false if the user chose nothing. Rejects with what the stream or the disk failed with. */
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
    // A file that was there before stays as it was unless the stream ends well.
    await (await open()).pipeTo(file as WritableStream<Uint8Array>, { signal })
    return true
  }
  const stream = (await open()) as ReadableStream<Uint8Array<ArrayBuffer>>
  // Browsers keep large ones on the disk.
  const blob = await new Response(stream).blob()
  signal.throwIfAborted()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return true
}
