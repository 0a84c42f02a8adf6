import type english from '../en/access.ts'

const reasons: Record<keyof typeof english, string> = {
  // Logging in.
  'login-refused': 'Diese Anmeldung wird nicht angenommen: {why}',
  'login-refused-why': 'Diese Anmeldung wird nicht angenommen. {why}',
  'login-challenge-old': 'Ihre Aufgabe ist abgelaufen oder wurde schon benutzt',
  'login-challenge-expired': 'Ihre Aufgabe ist abgelaufen',
  'login-challenge-used': 'Ihre Aufgabe wurde schon benutzt',
  'login-no-device':
    'Die Geräteliste des Benutzers dieses Knotens hat dieses Gerät nicht, oder sie ist abgelaufen',
  'login-other-address': 'Sie wurde für eine andere Adresse unterschrieben',
  'login-other-device': 'Ein anderes Gerät als das beschriebene hat sie unterschrieben',
  'login-not-in-list': 'Die neueste Geräteliste dieser Person enthält dieses Gerät nicht',
  'login-list-expired': 'Die Geräteliste dieser Person ist abgelaufen: Unterschreiben Sie sie neu',
  'login-no-account-key': 'Dieser Schlüssel unterschreibt nicht die Gerätelisten eines Kontos hier',
  'login-issuer': 'Aussteller und Gegenstand sind verschieden',
  'login-other-challenge': 'Sie beantwortet eine andere Aufgabe',
  'login-nobody': 'Sie nennt niemanden',
  'login-expired': 'Sie ist abgelaufen: Prüfen Sie die Uhr dieses Geräts',
  'login-other-server':
    'Sie wurde für einen anderen Server unterschrieben, verändert, oder nicht von ihrem Gerät unterschrieben',
  'login-none': 'Kein Gerät kann sich an diesem Knoten anmelden',
  'login-wrong': 'Benutzername oder Passwort ist falsch',
  'login-proxy':
    'Diese Anmeldung wurde für eine andere Adresse unterschrieben: Starten Sie den Knoten hinter einem Proxy mit --allowed-host und --public-url',
  'login-session-gone': 'Es gibt keine Anmeldung {id}: Vielleicht ist sie beendet',
  'login-attempts': 'Zu viele Versuche: Versuchen Sie es in {seconds} Sekunden erneut',
  'login-at-once': 'Zu viele Anmeldungen gleichzeitig: Versuchen Sie es in einigen Sekunden erneut',
  'login-password': 'Melden Sie sich mit Benutzername und Passwort an',
  'login-token': 'Melden Sie sich mit dem Token an: Es steht in der Datei token im Datenordner des Knotens',
  'login-token-needed': 'Das verlangt das Token: Melden Sie sich damit an',
  'login-many-clients': '{count} Clients sind schon verbunden: Schließen Sie einige',
  'login-topics': 'Höchstens {most} Themen auf einmal',
  'login-topic': 'Es gibt kein Thema {name}: Wählen Sie aus {known}',
  'login-program':
    'Das Programm lässt sich nur auf dem Rechner des Knotens setzen: mit {program} settings set {field}=…, oder mit --set beim Start des Knotens',
  // Passwords and the token.
  'password-none-yet': 'Es gibt noch kein Passwort: Das erste verlangt das Token',
  'password-not-present': 'Das ist nicht das bisherige Passwort der Konsole',
  'password-user': 'Ein Benutzername hat 1 bis 255 Zeichen und keinen Doppelpunkt',
  'password-long': 'Ein Passwort hat höchstens {most} Bytes',
  'password-file-short':
    'Das Passwort in {path} hat weniger als 8 Zeichen: Schreiben Sie ein längeres in die erste Zeile',
  'password-required': 'Andere hereinzulassen verlangt ein Passwort',
  'password-listening':
    'An {host} erreichen andere diesen Knoten: Geben Sie --username und --password-file an, oder nehmen Sie 127.0.0.1',
  'password-fixed':
    'Die Befehlszeile, die Umgebung oder die Einstellungsdatei setzt das Passwort: Ändern Sie es dort',
  'token-file':
    '{path} enthält kein Token: Löschen Sie die Datei, und der Knoten erzeugt beim Start ein neues',
  'server-port':
    'Der Port {port} ist belegt: Beenden Sie das Programm, das ihn benutzt, oder wählen Sie mit --port einen anderen',
  'server-address': '{host} ist keine Adresse dieses Rechners: Wählen Sie mit --host eine andere',
  'reach-fixed-local':
    'Nach der Befehlszeile, der Umgebung oder der Einstellungsdatei ist der Knoten nur auf diesem Rechner erreichbar: Starten Sie ihn ohne --host, oder mit --host 0.0.0.0',
  'reach-fixed-open':
    'Die Befehlszeile, die Umgebung oder die Einstellungsdatei lässt andere herein: Starten Sie den Knoten ohne --host',
  'reach-has-none': '{host} ist keine Adresse dieses Rechners in einem Netzwerk: Er hat keine',
  // Passkeys.
  'passkey-refused': 'Dieser Passkey wird nicht angenommen: {why}',
  'passkey-not-registered': 'Er ist hier nicht registriert',
  'passkey-counter': 'Sein Zähler ist nicht gewachsen, daher kann er kopiert worden sein',
  'passkey-used': 'Seine Aufgabe wurde schon benutzt: Beginnen Sie erneut',
  'passkey-again': 'Beginnen Sie erneut',
  'passkey-most': 'Ein Benutzer hat höchstens {most} Passkeys: Entfernen Sie einen',
  'passkey-exists': 'Dieser Passkey ist schon registriert',
  'passkey-gone': 'Diesen Passkey gibt es nicht: Vielleicht wurde er entfernt',
  'passkey-names':
    'Browser haben Passkeys nur für Namen mit https und für localhost: Öffnen Sie diese Seite dort',
  'passkey-node-pages':
    'Passkeys gelten auf den Seiten dieses Knotens unter localhost oder einem Namen mit https: Geben Sie den Namen mit --allowed-host an, und eine Adresse mit einem anderen Port als 443 auch mit --public-url',
  'passkey-hub-pages':
    'Passkeys gelten auf den Seiten dieses Hubs unter seiner öffentlichen Adresse: Öffnen Sie ihn dort (--public-url)',
  'passkey-account-most': 'Ein Konto hat höchstens {most} Passkeys',
  'passkey-absent': 'Dieser Passkey ist nicht registriert',
  'passkey-copied': 'Der Zähler dieses Passkeys ist nicht gewachsen: Er kann kopiert worden sein',
  'passkey-of-other': 'Dieses Konto hat diesen Passkey nicht',
  'passkey-bytes': 'Ein Schlüssel und das Geheimnis eines Passkeys haben 32 Bytes',
  'passkey-other-key':
    'Dieser Passkey öffnet diesen Schlüssel nicht. Wählen Sie den Passkey, mit dem er gespeichert wurde',
  // Data of the node.
  'data-folder': '{why} (--data-dir)',
  'download-folder': '{why} (--dir)',
  'allowed-host': 'Starten Sie ihn mit --allowed-host {name}, um das zu erlauben',
  'database-in-use':
    'Sie wird benutzt: Beenden Sie das Programm, das sie benutzt, und versuchen Sie es erneut',
  'database-memory':
    'Der Arbeitsspeicher reicht nicht: Beenden Sie andere Programme und versuchen Sie es erneut',
  'database-read-only':
    'Sie ist schreibgeschützt: Ändern Sie die Berechtigungen oder wählen Sie einen anderen Datenordner',
  'database-disk':
    'Der Datenträger ließ sich nicht lesen oder schreiben: Prüfen Sie ihn und seine Kabel und starten Sie dann erneut',
  'database-cannot-open':
    'Sie lässt sich nicht öffnen: Prüfen Sie, dass ihr Ordner existiert und beschreibbar ist',
  'secret-key-missing': 'Der Schlüssel zu diesem Geheimnis fehlt: Geben Sie es erneut ein',
  'secret-key-not-read': 'Der Schlüssel für Geheimnisse wurde nicht gelesen: Starten Sie erneut',
  'database-damaged':
    '{path} ist beschädigt ({why}): Stellen Sie eine Sicherung wieder her. Ohne Sicherung: {what}',
  'database-changes':
    '{path}: Letzte Änderungen können verloren sein: Prüfen Sie den Datenträger und starten Sie dann erneut',
  'database-closed': '{path} ist geschlossen: Öffnen Sie die Datei erneut',
  'database-other':
    '{path} ist die Datenbank eines anderen Programms: Wählen Sie einen anderen Datenordner, oder verschieben Sie sie',
  'database-newer':
    '{path} wurde von einem neueren Shoal geschrieben ({why}): Aktualisieren Sie Shoal, oder wählen Sie einen anderen Datenordner',
  'database-format': 'Format {format}, dieses kennt {known}',
  'database-format-of': 'Format {format} von {name}, dieses kennt {known}',
  'database-row': 'Die Tabelle {table} hat kein {key}',
  'backup-none': 'Es gibt keine Sicherung {name}: {program} restore-catalogue --list nennt sie',
  'backup-none-sound': '{folder} hat keine heile Sicherung des Katalogs: {advice}',
  'backup-no-one': '{folder} hat keine Sicherung des Katalogs: {advice}',
  'backup-in-use': '{path} wird benutzt: Beenden Sie zuerst den Knoten ({program} stop)',
  'backup-not-sound': '{path} ist keine heile Sicherung eines Katalogs ({why}): Wählen Sie eine andere',
  // Search.
  'search-kind': '{path}: Dateien dieser Art werden nicht durchsucht',
  'search-no-epub': 'Die Datei ist kein EPUB: Ihr Inhaltsverzeichnis fehlt',
  'search-epub-files': 'Das EPUB hat zu viele Dateien',
  'search-epub-damaged': 'Die Datei ist kein EPUB: Sie lässt sich nicht auspacken',
  'search-not-file': '{path} ist keine Datei',
  'search-large': '{path} ist zu groß, um durchsucht zu werden',
  'search-reader-closed': 'Der Leser von Dokumenten ist geschlossen',
  'search-too-long': '{path}: Das Lesen dauert zu lange',
  'search-memory': '{path}: Es braucht zu viel Speicher',
  'search-unreadable': '{path}: nicht lesbar',
  'search-stopped': '{path}: Das Lesen wurde abgebrochen',
  'search-pdf-password': 'Das PDF lässt sich nicht durchsuchen: Es braucht ein Passwort',
  'search-pdf-unreadable': 'Das PDF lässt sich nicht durchsuchen: Es ist nicht lesbar',
  'search-not-text': 'Die Datei ist kein Text',
  'search-closed': 'Der Suchindex ist geschlossen: Öffnen Sie den Katalog erneut',
  'search-index-stopped': 'Der Suchindex ist ausgefallen: Versuchen Sie es erneut',
  'search-limit': 'limit muss 1 bis 100 sein',
  'search-rebuilt': 'Der Suchindex war beschädigt und wird neu aufgebaut: Suchen Sie später erneut',
  'search-ended': 'Diese Suche ist beendet: Suchen Sie erneut',
  'search-many': '{count} Suchen laufen: Warten Sie, bis eine fertig ist',
  // Options of what is in the list, and links.
  'added-elsewhere': 'Er liegt in {folder} und lässt sich von dort verschieben',
  'added-names': 'Er liegt in {folder}, und seine Dateien haben ihre Namen',
  'added-known': 'Seine Dateien sind schon bekannt',
  'added-no-files': 'Seine Dateien sind noch nicht bekannt',
  'added-no-file': 'Er hat keine Datei {file}: Seine Dateien sind 0 bis {last}',
  'link-nothing': 'Es wurde kein Link angegeben. Unterstützte Links: {kinds}',
  'ftp-malformed': 'Sie ist ungültig',
  'ftp-folder': 'Sie nennt keine Datei: Ordner lassen sich nicht herunterladen',
  'ftp-encoding': 'Ihre Prozentkodierung ist kein UTF-8',
  'ftp-lines': 'Sie enthält einen Zeilenumbruch',
  'guests-files': 'Diese Freigabe hat nur {count} Dateien',
  'announce-publish-unknown': '{name} lässt sich nicht veröffentlichen, bis die Metadaten bekannt sind',
  'findable-most': '{count} Torrents sind schon über die Suche zu finden: Ziehen Sie zuerst einige zurück',
  'findable-not': 'Dieser Torrent ist nicht über die Suche zu finden',
  'text-bytes': 'Es muss Text von {least} bis {most} Bytes ohne U+0000 sein',
}

export default reasons
