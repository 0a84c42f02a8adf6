import type english from '../en/torrents.ts'

const reasons: Record<keyof typeof english, string> = {
  // Torrents.
  'file-taken-there':
    'ein anderer Torrent hat dort eine Datei {path}: Wählen Sie einen anderen Ordner oder Namen',
  'file-of-both':
    'auch ein anderer Torrent hat die Datei {path}: Entfernen Sie zuerst einen von beiden, ohne seine Dateien zu löschen',
  'files-missing':
    'Dateien von {name} wurden gelöscht oder gekürzt: Legen Sie sie zurück und setzen Sie fort; was dann noch fehlt, wird heruntergeladen',
  'files-missing-first':
    'Dateien von {name} wurden gelöscht oder gekürzt: Legen Sie sie zurück und setzen Sie fort; was dann noch fehlt, wird heruntergeladen. Die erste ist {path}',
  'link-for-file':
    '{path} ist ein symbolischer Link, dem nicht gefolgt wird, anstelle einer Datei von {name}: Ersetzen Sie ihn durch die Datei selbst und setzen Sie fort',
  'other-for-file':
    '{path} ist keine Datei mehr, obwohl dort eine von {name} sein muss: Ersetzen Sie es durch die Datei selbst und setzen Sie fort',
  'piece-unreadable':
    'Stück {piece} ist nicht lesbar: {why}. Legen Sie die Datei zurück und setzen Sie fort; dabei werden die Dateien geprüft',
  'bytes-outside': 'Die Bytes {start} bis {end} liegen außerhalb des Torrents',
  'session-closed': 'Die Sitzung ist geschlossen',
  'check-again': 'eine andere Prüfung hat begonnen',
  'added-as-other':
    'dieser Torrent wurde schon unter seinem anderen Info-Hash hinzugefügt: Entfernen Sie diesen Eintrag',
  'added-under-other': 'Dieser Torrent wurde schon unter seinem anderen Info-Hash hinzugefügt',
  'torrent-no-folder': 'der Torrent hat keinen Ordner {path}',
  'torrent-no-file': 'der Torrent hat keine Datei {file}',
  'torrent-closed': 'der Torrent wurde geschlossen',
  'torrent-closed-change': 'der Torrent wurde geschlossen: Fügen Sie ihn erneut hinzu, um ihn zu ändern',
  'torrent-removed': 'der Torrent wurde entfernt: Fügen Sie ihn erneut hinzu',
  'trackers-too-many': '{count} Tracker sind zu viele: höchstens {most}',
  'tracker-invalid': '{url} ist kein Tracker: Geben Sie eine URL mit http, https, udp, ws oder wss an',
  'tracker-invalid-number':
    'Tracker {number}: {url} ist kein Tracker: Geben Sie eine URL mit http, https, udp, ws oder wss an',
  'web-seed-invalid': '{url} ist kein Web-Seed: Geben Sie eine URL mit {schemes} an',
  'web-seeds-too-many': 'ein Torrent hat höchstens {most} Web-Seeds: Entfernen Sie zuerst einen',
  'peer-invalid':
    '{address} ist keine Adresse eines Peers: Geben Sie Host:Port an, eine IPv6-Adresse in Klammern',
  'metadata-unknown': 'die Metadaten dieses Torrents sind noch nicht bekannt',
  'priority-invalid': '{priority} ist keine Priorität: Geben Sie eine ganze Zahl von 0 bis 7 an',
  'range-outside': 'die Datei hat {bytes} Bytes: {start} bis {end} ist kein Bereich darin',
  'blocked-peer': 'Der IP-Filter sperrt {host}: Ändern Sie ihn, um sich zu verbinden',
  'blocked-tracker': 'Der IP-Filter sperrt {host}: Ändern Sie ihn oder wenden Sie ihn nur auf Peers an',
  'torrent-gone': 'es gibt keinen Torrent {id}: Er wurde entfernt oder nie hinzugefügt',
  'torrent-files-unknown':
    'die Dateien sind noch nicht bekannt: Warten Sie, bis ein Peer die Metadaten gesendet hat',
  'torrent-file-wrong': 'der Torrent hat keine Datei {file}: Seine Dateien sind 0 bis {last}',
  'torrent-has-no-file': '{name} hat keine Datei {path}',
  'path-invalid': '{path} ist kein gültiger Pfad: Trennen Sie Ordner mit /',
  'cursor-invalid': 'diese Stelle der Liste gibt es nicht mehr: Laden Sie die Liste neu',
  'label-unknown': 'es gibt kein Label {name}',
  'restore-late': '{id} lässt sich nicht mehr wiederherstellen: Fügen Sie ihn erneut hinzu',
  'remove-failed': '{id} ließ sich nicht entfernen: siehe das Protokoll des Knotens',
  'preview-added': 'er wurde inzwischen hinzugefügt: siehe die Liste',
  'preview-late':
    'noch kein Peer hat die Metadaten gesendet: Versuchen Sie es später erneut, oder fügen Sie ihn hinzu und lassen Sie ihn warten',
  'preview-many': 'zu viele Links werden gerade nachgeschlagen: Warten Sie auf einen davon',
  'node-stopping-later': 'der Knoten wird beendet: Versuchen Sie es nach seinem Neustart erneut',
  'node-stopping': 'der Knoten wird beendet',
  'countries-not-file': '{path} ist keine Datei: Geben Sie eine MaxMind-Datei (.mmdb) an',
  'countries-large': '{path} hat {bytes} Bytes und ist zu groß für eine Länderdatenbank',
  'countries-wrong': '{path} ist keine Länderdatenbank: Geben Sie eine MaxMind-Datei (.mmdb) an',
  'resume-store-closed': 'der Speicher zum Fortsetzen ist geschlossen: Öffnen Sie die Sitzung erneut',
  'disk-of-node-full':
    'der Datenträger von {folder} ist voll: Schaffen Sie dort {size} Platz. Bis dahin zeigt und teilt der Knoten, was er hat, speichert aber keine Änderungen',
}

export default reasons
