import type english from './en.ts'

/** The same in German. */
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
  'path-missing': 'Diese Datei oder diesen Ordner gibt es nicht',
  'path-part-file': 'Ein Teil des Pfades ist eine Datei, kein Ordner',
  'path-folder': 'Das ist ein Ordner: Wählen Sie eine Datei',
  'path-denied': 'Zugriff verweigert: Ändern Sie die Berechtigungen oder wählen Sie einen anderen Ort',
  'path-read-only': 'Das Dateisystem ist schreibgeschützt: Wählen Sie einen anderen Ort',
  'path-disk-full': 'Der Datenträger ist voll: Schaffen Sie Platz und versuchen Sie es erneut',
  'path-quota': 'Ihr Speicherkontingent ist überschritten: Schaffen Sie Platz und versuchen Sie es erneut',
  'path-too-long': 'Der Name ist zu lang für das Dateisystem: Wählen Sie einen kürzeren',
  // The storage of torrents.
  'no-space': 'Kein Platz mehr auf {path}. Schaffen Sie Platz, um den Download fortzusetzen',
  quota:
    'Das Speicherkontingent für {path} ist aufgebraucht. Schaffen Sie Platz, um den Download fortzusetzen',
  'no-permission':
    'Keine Berechtigung für {path}. Ändern Sie die Berechtigungen oder wählen Sie einen anderen Ordner',
  'read-only': '{path} liegt auf einem schreibgeschützten Dateisystem. Wählen Sie einen anderen Ordner',
  'file-missing': '{path} gibt es nicht. Prüfen Sie die Daten erneut, um herunterzuladen, was fehlt',
  'file-link': '{path} ist ein symbolischer Link. Ersetzen Sie ihn durch die Datei selbst',
  'parent-not-folder': 'Ein übergeordneter Pfad von {path} ist kein Ordner. Verschieben Sie ihn',
  'folder-for-file': '{path} ist ein Ordner, wo eine Datei sein muss. Verschieben Sie ihn',
  'name-too-long': '{path} ist zu lang für das Dateisystem. Wählen Sie einen Ordner mit kürzerem Pfad',
  'name-impossible':
    'Das Dateisystem kann {path} nicht speichern. Benennen Sie die Datei um oder wählen Sie einen anderen Ordner',
  'open-files': 'Zu viele offene Dateien. Erhöhen Sie die Grenze des Prozesses (ulimit -n)',
  'open-files-system': 'Zu viele offene Dateien im System. Schließen Sie einige Programme',
  'file-too-large':
    'Das Dateisystem kann keine so große Datei wie {path} speichern. Wählen Sie einen anderen Ordner',
  'disk-fault': '{path} lässt sich nicht benutzen: {why}. Prüfen Sie den Datenträger',
  'write-fault': 'Schreiben fehlgeschlagen: {why}',
  'link-leads-out':
    '{path} ist ein symbolischer Link, der aus {root} hinausführt. Ersetzen Sie ihn durch einen Ordner',
  'link-dangling': '{path} ist ein symbolischer Link ins Leere. Ersetzen Sie ihn durch einen Ordner',
  'not-a-folder': '{path} ist kein Ordner. Verschieben Sie ihn oder wählen Sie einen anderen Ordner',
  'folder-impossible': 'In {path} lässt sich kein Ordner anlegen. Wählen Sie einen anderen',
  'changed-in-copy':
    '{path} wurde beim Kopieren geändert. Prüfen Sie die Daten erneut und verschieben Sie sie dann',
  'move-exists': '{path} gibt es schon. Verschieben Sie das Vorhandene oder wählen Sie einen anderen Ordner',
  'rename-exists': '{path} gibt es schon. Wählen Sie einen anderen Namen',
  'rename-taken': 'Der Torrent hat schon eine Datei mit diesem Namen. Wählen Sie einen anderen',
  'rename-no-file': 'Der Torrent hat keine Datei {file}, die sich umbenennen ließe',
  'file-replaced':
    '{path} wurde während der Benutzung durch eine andere Datei ersetzt. Prüfen Sie die Daten erneut',
  'file-deleted': '{path} wurde während der Benutzung gelöscht. Prüfen Sie die Daten erneut',
  'file-irregular': '{path} ist keine gewöhnliche Datei. Verschieben Sie sie',
  'file-short': '{path} ist zu kurz. Prüfen Sie die Daten erneut',
  'piece-missing': 'Stück {piece} ist nicht gespeichert. Prüfen Sie die Daten erneut',
  'file-changed': '{path} wurde von einem anderen Programm geändert. Prüfen Sie die Daten erneut',
  'folder-in-use':
    '{path} wird von einer anderen Sitzung benutzt (Prozess {pid}). Beenden Sie sie oder wählen Sie einen anderen Ordner',
  'storage-closed': 'Der Speicher ist geschlossen. Fügen Sie den Torrent erneut hinzu',
  'reserve-stopped': 'Der Torrent wurde angehalten, während er Speicherplatz belegte',
  'resume-other':
    'Die gespeicherte .torrent-Datei gehört zu einem anderen Torrent. Die Metadaten werden erneut geholt',
  'resume-damaged':
    'Die Daten zum Fortsetzen sind unbrauchbar ({why}). Die Dateien des Torrents werden erneut geprüft',
  'resume-file': 'Die Datei ist zu groß oder keine gewöhnliche Datei',
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
  // Trackers and the DHT.
  'tracker-network-changed': 'Das Netzwerk hat sich geändert',
  'tracker-closed': 'Der Tracker hat die Verbindung beendet',
  'tracker-silent': 'Der Tracker antwortet nicht',
  'tracker-status': 'Der Tracker hat mit dem HTTP-Status {status} geantwortet',
  'tracker-udp-address': 'Die Adresse des Trackers ist nicht udp://Host:Port',
  'tracker-short': 'Der Tracker hat eine zu kurze Antwort gesendet',
  'tracker-webrtc-off': 'WebRTC ist aus, das diese Art von Tracker braucht',
  'tracker-no-connection': 'Keine Verbindung zum Tracker',
  'tracker-unreachable': 'Der Tracker ist nicht erreichbar oder hat die Verbindung beendet',
  'tracker-refused': 'Der Tracker lehnt ab: {why}',
  'tracker-scrape-empty': 'Der Tracker hat eine Übersicht ohne Torrents gesendet',
  'tracker-not-dictionary': 'Der Tracker hat eine Antwort gesendet, die kein Wörterbuch ist',
  'tracker-invalid-answer': 'Der Tracker hat eine ungültige Antwort gesendet ({why})',
  'tracker-scheme': 'Diese Art von Tracker wird nicht unterstützt: Nehmen Sie http, https, udp, ws oder wss',
  'tracker-no-scrape': 'Der Tracker gibt keine Übersicht: Sein Pfad endet nicht auf announce',
  'trackers-closed-session': 'Die Tracker wurden geschlossen: Öffnen Sie eine neue Sitzung',
  'trackers-closed': 'Die Tracker wurden geschlossen',
  'trackers-left': 'Der Torrent hat seine Tracker verlassen',
  'cannot-reach': '{host} ist nicht erreichbar: {why}',
  'answer-large': 'Der Server hat mehr als {bytes} Bytes gesendet',
  'answer-damaged': 'Die Antwort des Servers ist unvollständig oder beschädigt ({why})',
  'dht-no-nodes-yet': 'noch keine Knoten',
  'dht-nodes': '{count} Knoten',
  'dht-item-invalid': 'Der Eintrag für die DHT oder seine Signatur ist ungültig',
  'dht-item-newer':
    'Die DHT hat unter diesem Schlüssel einen neueren Eintrag: Holen Sie ihn und versuchen Sie es erneut',
  'dht-not-stored': 'Kein Knoten der DHT hat den Eintrag gespeichert: Versuchen Sie es später erneut',
  'dht-no-nodes': 'Die DHT hat noch keine Knoten: Versuchen Sie es später erneut',
  'dht-late': 'Die DHT hat nicht rechtzeitig geantwortet',
  'dht-off': 'Die DHT ist aus: Schalten Sie sie ein, um ihre Einträge zu benutzen',
  'dht-node-invalid': '{address} ist kein Knoten der DHT: Geben Sie Host:Port an',
  // Connections and web seeds.
  'tcp-failed': 'keine Verbindung zu {host}, Port {port}: {why}',
  'tcp-other': '{host}, Port {port} spricht nicht BitTorrent',
  'tcp-taken': 'Der TCP-Port {port} ist belegt: Wählen Sie einen anderen, oder 0 für einen freien',
  'udp-taken': 'Der UDP-Port {port} ist belegt: Wählen Sie einen anderen, oder 0 für einen freien',
  'port-refused': 'auf Port {port} lassen sich keine Verbindungen annehmen: {why}',
  'proxy-closed-door': 'der Proxy ist strikt und lässt niemanden herein',
  'transport-closed': 'der Transport wurde geschlossen',
  'name-not-found':
    'der Host {host} ist nicht zu finden: Prüfen Sie die Schreibweise und das Netzwerk dieses Rechners ({why})',
  'way-changed': 'der Weg ins Netz hat sich geändert',
  'proxy-no-connection': 'der Proxy hat sich nicht mit {host}, Port {port} verbunden: {why}',
  'proxy-status':
    'der Proxy hat sich nicht mit {place} verbunden: Er hat mit dem Status {status} geantwortet',
  'proxy-late': 'der Proxy hat sich nicht rechtzeitig verbunden',
  'proxy-lost': 'der Proxy hat die Verbindung verloren: {why}',
  'proxy-silent': 'keine Antwort',
  'proxy-login': 'Benutzername und Passwort werden verlangt',
  'proxy-no-login': 'Benutzername und Passwort werden nicht angenommen',
  'proxy-wrong-login': 'Benutzername und Passwort werden abgelehnt',
  'proxy-not-socks': 'SOCKS5 wird nicht gesprochen',
  'proxy-closed': 'der Proxy hat die Verbindung beendet',
  'closed-early': 'die Verbindung wurde zu früh beendet',
  'closed-it': 'die Verbindung wurde beendet',
  'ftp-silent': 'der FTP-Server antwortet nicht',
  'ftp-closed': 'der FTP-Server hat die Verbindung beendet',
  'ftp-unasked': 'der FTP-Server antwortet, ohne gefragt zu sein',
  'ftp-not': 'der Server spricht nicht FTP',
  'ftp-long': 'eine Antwort des FTP-Servers ist zu lang',
  'ftp-ended': '{host}: Die Datei endete zu früh',
  'connection-closed': 'die Verbindung wurde geschlossen',
  'connection-failed': 'die Verbindung ist fehlgeschlagen',
  'request-given-up': 'die Anfrage wurde aufgegeben',
  'answer-short': '{host}: Die Antwort ist kürzer als angekündigt',
  'bytes-unasked': 'der Server hat Bytes gesendet, bevor er gefragt war',
  'http-not': 'HTTP/1 wird nicht gesprochen',
  'http-no-status': 'die Antwort beginnt nicht mit einem HTTP/1-Status',
  'web-seed-url': 'ein Web-Seed ist keine gültige URL und wird nicht beachtet',
  'web-seed-scheme': 'Web-Seed {url}: Dieses Schema wird nicht unterstützt und daher nicht beachtet',
  // Feeds.
  'feed-status': '{host}: Der Server hat den Feed nicht gesendet (HTTP {status})',
  'feed-late': '{host}: Der Feed kam nicht innerhalb von {seconds} Sekunden an',
  'feed-damaged': 'der komprimierte Feed ist beschädigt oder zu groß',
  'feed-compression': 'die Komprimierung des Feeds wird nicht unterstützt: {name}',
  'feed-not': 'das ist kein Feed in RSS oder Atom: Prüfen Sie den Link',
  'feed-deep': 'dieser Feed ist zu tief verschachtelt',
  'feeds-many': 'ein Knoten folgt höchstens {most} Feeds: Entfernen Sie zuerst einige',
  'feed-gone': 'diesen Feed gibt es nicht: Vielleicht wurde er entfernt',
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
  'ftp-lost': '{host}: Die Verbindung ist abgebrochen oder antwortet nicht mehr',
  'ftp-later': '{host}: Die Datei ist zurzeit nicht verfügbar (FTP {code})',
  // Watch folders.
  'watch-missing': 'der überwachte Ordner {path} ist nicht lesbar: Es wird regelmäßig erneut versucht',
  'watch-refused':
    '{path} lässt sich nicht hinzufügen: {why}. Entfernen Sie die Datei, oder ersetzen Sie sie durch eine richtige',
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
  // Adding and sharing.
  'plain-file':
    'das ist eine einfache Datei ({protocol}) ohne Inhalt zur Auswahl: Fügen Sie sie hinzu, um sie herunterzuladen',
  'server-late': 'der Server hat nicht rechtzeitig geantwortet: Versuchen Sie es später erneut',
  'torrent-not-file': '{path} ist keine Datei: Geben Sie den Pfad einer .torrent-Datei an',
  'source-or-torrent':
    'geben Sie entweder source (einen Link oder Pfad) oder torrent (den Inhalt einer .torrent-Datei) an',
  'link-replaceable':
    'der Besitzer dieses Links kann seinen Torrent ersetzen: {program} follow LINK fügt ihn und jede spätere Version hinzu',
  'link-unknown': '{link} lässt sich nicht herunterladen. Unterstützte Links: {kinds}',
  'plain-options': 'das ist eine einfache Datei und kein Torrent und kann das deshalb nicht haben',
  'added-conflict': '{name} ist schon in der Liste: {why}',
  'paused-search':
    'was angehalten ist, wird nicht für die Suche veröffentlicht: Lassen Sie eines von beiden weg',
  'torrent-link-unknown':
    '{text} ist kein Torrent: Geben Sie einen Magnet-Link, einen Info-Hash oder die URL oder den vollen Pfad einer .torrent-Datei an',
  'not-local-file': '{path} ist keine Datei auf diesem Rechner: Geben Sie ihren Pfad an',
  'private-search': 'private Torrents und versiegelte Freigaben werden nie für die Suche veröffentlicht',
  'passphrase-weak':
    'diese Passphrase ist leicht zu erraten: Nehmen Sie sechs zufällige Wörter, wie {program} passphrase sie macht',
  'share-incomplete':
    '{path} ist nicht vollständig heruntergeladen: Warten Sie darauf, oder entfernen Sie den Download',
  'uploads-many': '{most} Uploads laufen: Teilen Sie einen davon oder brechen Sie ihn ab',
  'upload-files-many': 'ein Upload hat höchstens {most} Dateien: Packen Sie sie in ein Archiv',
  'upload-twice': '{path} wurde schon gesendet',
  'upload-running': 'einige der Dateien werden noch gesendet: Warten Sie darauf',
  'upload-empty': 'noch ist nichts gesendet: Senden Sie zuerst die Dateien',
  'upload-gone':
    'diesen Upload gibt es nicht: Er wurde geteilt oder abgebrochen, oder der Knoten wurde neu gestartet',
  'upload-path': '{path} ist kein gültiger Pfad: Benutzen Sie einfache Namen mit / zwischen den Ordnern',
  // Letting others in.
  'reach-address': '{host} ist keine Adresse dieses Rechners in einem Netzwerk: {found}',
  'reach-no-network':
    'dieser Rechner ist in keinem Netzwerk: Verbinden Sie ihn mit einem und versuchen Sie es erneut',
  'reach-password':
    'andere Rechner können diesen Knoten erreichen, deshalb braucht seine Oberfläche ein Passwort: Halten Sie sie zuerst mit {program} open-up --off draußen, oder starten Sie den Knoten ohne --host',
  'reach-port': 'ein anderes Programm benutzt den Port {port} von {host}',
  'reach-user': 'der Benutzername shoal gehört zum Token: Wählen Sie einen anderen',
  // Folders that the node may use.
  'folder-relative': '{path} ist kein absoluter Pfad: Er beginnt mit {slash}',
  'folder-data':
    '{path} ist der Datenordner des Knotens, der sein Token enthält: Wählen Sie einen anderen Ordner',
  'folder-outside':
    '{path} liegt außerhalb der Ordner, die dieser Knoten benutzen darf ({folders}): Um einen weiteren zu erlauben, beenden Sie den Knoten und starten Sie ihn wieder mit --allow-dir ORDNER',
  'folder-above-data':
    '{path} enthält den Datenordner des Knotens mit seinem Token: Wählen Sie einen Ordner darin',
  'folder-home':
    '{path} ist der persönliche Ordner, dessen versteckte Ordner nur das Token des Knotens öffnet: Wählen Sie einen Ordner darin, oder melden Sie sich mit dem Token an',
  'folder-above-home':
    '{path} enthält den persönlichen Ordner, dessen versteckte Ordner nur das Token des Knotens öffnet: Wählen Sie einen Ordner darin, oder melden Sie sich mit dem Token an',
  'folder-home-open':
    '{path} liegt im persönlichen Ordner, den nur das Token des Knotens öffnet, solange andere hereingelassen werden: Wählen Sie einen anderen Ordner, oder melden Sie sich mit dem Token an',
  'folder-hidden':
    '{path} ist im persönlichen Ordner versteckt, und nur das Token des Knotens öffnet versteckte Ordner: Wählen Sie einen anderen, oder melden Sie sich mit dem Token an',
  // Work of the node.
  'job-cancelled': 'abgebrochen',
  'job-gone': 'diese Aufgabe gibt es nicht: Nur die letzten beendeten bleiben',
  'no-restart': 'dieser Knoten kann sich nicht selbst neu starten: Beenden und starten Sie ihn',
  'setting-fixed':
    '{name} ist durch die Befehlszeile, die Umgebung oder die Einstellungsdatei des Knotens festgelegt: Ändern Sie es dort',
  'network-starting': 'Das Shoal-Netzwerk startet: Versuchen Sie es in einigen Sekunden erneut',
  'network-unavailable': 'Das Shoal-Netzwerk ist nicht verfügbar: {why}',
  'network-connect': 'keine Verbindung zu {address}: {why}',
  'network-closed': '{address} hat die Verbindung beendet',
  'network-port': 'ein anderes Programm benutzt den Port {port}: Wählen Sie einen anderen',
  'network-no-address': '{name} hat keine Adresse',
  'announce-private': '{name} ist privat oder versiegelt und wird nie unter seiner Inhalts-ID angekündigt',
  'announce-unknown': '{name} lässt sich nicht ankündigen, bis die Metadaten bekannt sind',
  'hook-failed': '{program} lässt sich nicht ausführen: {why}',
}

export default reasons
