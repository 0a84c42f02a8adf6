import type { Translation } from '@shoal/messages'
import type english from '../en/scanning.ts'

const scanning: Translation<typeof english> = {
  scan: 'Mit der Kamera scannen',
  stop: 'Kamera anhalten',
  picture: 'Aus einem Bild lesen',
  camera: 'Bild der Kamera',
  noCamera:
    'Die Kamera lässt sich nicht benutzen. Erlauben Sie sie dieser Seite, oder fügen Sie den Text des Codes ein.',
  missed: 'In diesem Bild wurde kein Code gefunden.',
}

export default scanning
