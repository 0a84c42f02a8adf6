import type english from '../en/system.ts'

const reasons: Record<keyof typeof english, string> = {
  // Errors of the system.
  'connect-refused': '{address} nimmt keine Verbindung an',
  'connect-refused-code': 'die Verbindung wurde abgelehnt',
  'connect-timeout': '{address} antwortet nicht',
  'connect-unreachable': '{address} ist nicht erreichbar',
  'connect-no-network': 'kein Weg ins Netz von {address}',
  'timeout-code': 'keine Antwort',
  'unreachable-code': 'nicht erreichbar',
  'no-network-code': 'kein Weg in dieses Netz',
  'name-unknown': 'der Name {host} ist unbekannt',
  'name-later': 'der Name {host} ließ sich gerade nicht nachschlagen',
  reset: 'die Gegenseite hat die Verbindung abgebrochen',
  'reset-code': 'die Gegenseite hat die Verbindung abgebrochen',
  'hang-up': 'die Gegenseite hat die Verbindung beendet',
  'tls-early': 'die Verbindung endete, bevor sie verschlüsselt war',
  'certificate-self-signed': 'das Zertifikat ist selbst signiert',
  'certificate-chain': 'ein Zertifikat der Kette ist selbst signiert',
  'certificate-expired': 'das Zertifikat ist abgelaufen',
  'certificate-unverified': 'das Zertifikat lässt sich nicht prüfen',
  'disk-full-code': 'kein Speicherplatz mehr ({call})',
  // Files and folders.
  'path-exists': '{path} gibt es schon',
  'path-missing': 'Diese Datei oder diesen Ordner gibt es nicht',
  'path-part-file': 'Ein Teil des Pfades ist eine Datei, kein Ordner',
  'path-folder': 'Das ist ein Ordner: Wählen Sie eine Datei',
  'path-denied': 'Zugriff verweigert: Ändern Sie die Berechtigungen oder wählen Sie einen anderen Ort',
  'path-read-only': 'Das Dateisystem ist schreibgeschützt: Wählen Sie einen anderen Ort',
  'path-disk-full': 'Der Datenträger ist voll: Schaffen Sie Platz und versuchen Sie es erneut',
  'path-quota': 'Ihr Speicherkontingent ist überschritten: Schaffen Sie Platz und versuchen Sie es erneut',
  'path-too-long': 'Der Name ist zu lang für das Dateisystem: Wählen Sie einen kürzeren',
}

export default reasons
