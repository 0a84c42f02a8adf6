import type { HubLink } from '../../state/hub-store.ts'
import type { ListingFiles } from './ListingForm.tsx'
import { toThumbnail } from './thumbnail.ts'

/** Uploads the files of a listing. Rejects with the first error. */
export async function sendFiles(
  link: HubLink,
  id: string,
  { torrent, pictures }: ListingFiles,
): Promise<void> {
  const path = `/api/listings/${encodeURIComponent(id)}`
  if (torrent) await link.sendBytes('PUT', `${path}/torrent`, torrent)
  for (const picture of pictures)
    await link.sendBytes('POST', `${path}/thumbnails`, await toThumbnail(picture))
}
