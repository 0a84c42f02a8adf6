import type english from '../en/feeds.ts'

const reasons: Record<keyof typeof english, string> = {
  // Feeds.
  // Requests of the node.
  'redirects-many': '{host}: mehr als {most} Weiterleitungen',
  'redirect-refused': '{host}: Die Weiterleitung von {scheme} führt zu einer Adresse, die nicht erlaubt ist',
  'response-large': '{host}: Die Antwort ist größer als {bytes} Bytes',
  refused: 'Verbindung abgelehnt',
  lost: 'die Verbindung ist abgebrochen',
  'timed-out': 'keine Antwort in der erlaubten Zeit',
  'host-unreachable': 'der Host ist nicht erreichbar',
  'network-unreachable': 'das Netz ist nicht erreichbar',
  'host-unknown': 'unbekannter Host: Prüfen Sie die Schreibweise',
  'name-unresolved': 'der Name ließ sich nicht auflösen',
  'leads-inside':
    'das führt zu {host} im lokalen Netz, wohin Weiterleitungen und Feeds von außen nicht führen dürfen',
  'certificate-untrusted': '{host}: Dem Zertifikat wird nicht vertraut ({code})',
  'response-invalid': '{host}: Die Antwort ist ungültig ({code})',
  'torrent-url': '{host} hat keine .torrent-Datei gesendet: Prüfen Sie die URL',
  'url-invalid': '{url} ist keine gültige URL: Prüfen Sie die Schreibweise',
  'torrent-status': 'der Server hat statt der .torrent-Datei mit {status} geantwortet: Prüfen Sie die URL',
  'torrent-fetch': 'Die .torrent-Datei lässt sich nicht holen: {why}',
  // Plain downloads.
  'download-twice': '{url} wird schon nach {path} heruntergeladen: Warten Sie darauf',
  'download-longer': '{url}: Der Server hat mehr als die angekündigten {bytes} Bytes gesendet',
  'download-space': '{path} braucht {size} mehr Platz: Schaffen Sie welchen und versuchen Sie es erneut',
  'ftp-invalid': '{host}: Die Antwort ist kein gültiges FTP',
  'ftp-login':
    '{host}: Die Anmeldung ist fehlgeschlagen (FTP {code}): Schreiben Sie Benutzername und Passwort vor den Host, wie in {example}',
  'ftp-missing': '{host}: Die Datei gibt es nicht, oder Sie dürfen sie nicht lesen (FTP {code})',
  'ftp-failed': '{host}: Der Server hat die Datei nicht gesendet (FTP {code})',
  'ftp-url': 'diese FTP-URL lässt sich nicht herunterladen: {why}',
  'http-compressed': '{host}: Der Server hat die Datei ungefragt komprimiert ({encoding})',
  'http-missing': '{host}: Diese Datei gibt es nicht (HTTP {status}): Prüfen Sie den Link',
  'http-denied':
    '{host}: Der Zugriff wurde verweigert (HTTP {status}): Schreiben Sie Benutzername und Passwort vor den Host, wie in {example}',
  'http-failed': '{host}: Der Server hat die Datei nicht gesendet (HTTP {status}): Prüfen Sie den Link',
  'http-range': '{host}: Der Server hat einen anderen Bereich gesendet als verlangt',
  'http-size': '{host}: Der Server hat eine ungültige Dateigröße genannt',
  'not-a-url': 'das ist keine URL: Prüfen Sie die Schreibweise',
  'response-late': '{host}: keine Antwort innerhalb von {seconds} Sekunden',
  'download-cut': 'die Verbindung endete nach {part} von {whole} Bytes',
  'download-silent': 'seit {seconds} Sekunden kamen keine Daten an',
  'http-busy': '{host}: Der Server ist überlastet oder gestört (HTTP {status})',
  'ftp-later': '{host}: Die Datei ist zurzeit nicht verfügbar (FTP {code})',
  // Watch folders.
  // Published links.
  'follow-many': 'ein Knoten folgt höchstens {most} Links: Entfernen Sie zuerst einige',
  'follow-none': 'die DHT hat zurzeit keine Version dieses Links',
  'follow-no-torrent': 'die neueste Version dieses Links nennt keinen Torrent',
  'link-gone': 'diesen Link gibt es nicht: Vielleicht wurde er entfernt',
  'version-large': 'eine Version ist höchstens 2^63 - 1',
  'signature-wrong': 'diese Signatur ist keine des Besitzers des Links für diese Version',
  'version-newer': 'Version {version} dieses Links ist neuer: Veröffentlichen Sie eine größere',
  'publish-many': 'ein Knoten veröffentlicht höchstens {most} Links: Entfernen Sie zuerst einige',
  'version-elsewhere':
    'eine neuere Version dieses Links wurde anderswo veröffentlicht: Veröffentlichen Sie eine größere',
}

export default reasons
