public import Foundation
import LocalServers

/// Certificates made on the spot, good ones and bad ones, all by `openssl`; gone when this process is.
public struct TestCertificates: Sendable {
    /// Where they are: `NAME.pem` and `NAME.key`.
    public let folder: URL

    /// Makes them once for the process.
    public static func shared() async throws -> TestCertificates { try await made.value }

    /// A copy of the same ones in a folder of the caller's, to be changed.
    public func copied(to folder: URL) throws -> TestCertificates {
        try FileManager.default.copyItem(at: self.folder, to: folder)
        return TestCertificates(folder: folder)
    }

    /// The path of a certificate.
    public func certificate(_ name: String) -> String { folder.appending(path: "\(name).pem").path }

    /// The path of its private key.
    public func key(_ name: String) -> String { folder.appending(path: "\(name).key").path }

    private static let place = FileManager.default.temporaryDirectory.appending(
        path: "certificates-\(UUID().uuidString)"
    )

    private static let made = Task.detached {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: TestCertificates.place) }
        let log = place.appending(path: "openssl.log")
        let program = try await KeptProgram.start("/bin/bash", ["-euc", script, "openssl", place.path], logFile: log)
        guard try await program.exitStatus() == 0 else {
            throw NotInTime(description: "openssl made no certificates: \(program.log)")
        }
        return TestCertificates(folder: place)
    }

    /// Argument: the folder.
    private static let script = #"""
        cd "$1"
        fresh="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        authority() { openssl req -x509 $fresh -days 30 -subj "$2" ${3:+-addext "$3"} -keyout "$1.key" -out "$1.pem"; }
        # Name, authority, days, subject, extension.
        certificate() {
          openssl req $fresh -subj "$4" -keyout "$1.key" -out "$1.csr"
          echo "$5" > "$1.ext"
          openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.pem"
        }
        authority ours "/CN=Test Authority"
        authority other "/CN=Somebody Else"
        authority self-signed "/CN=alone" subjectAltName=DNS:localhost
        certificate right ours 30 /CN=broker subjectAltName=DNS:localhost
        certificate address ours 30 /CN=broker subjectAltName=IP:127.0.0.1,IP:::1
        certificate wildcard ours 30 /CN=broker 'subjectAltName=DNS:*.example.test'
        # The name in the subject does not count beside names where they belong.
        certificate elsewhere ours 30 /CN=localhost subjectAltName=DNS:elsewhere.test,IP:10.1.2.3
        certificate expired ours -1 /CN=broker subjectAltName=DNS:localhost
        certificate stranger other 30 /CN=broker subjectAltName=DNS:localhost
        certificate client ours 30 /CN=order-worker extendedKeyUsage=clientAuth
        certificate nobody ours 30 /CN=nobody extendedKeyUsage=clientAuth
        certificate client-expired ours -1 /CN=order-worker extendedKeyUsage=clientAuth
        certificate client-stranger other 30 /CN=order-worker extendedKeyUsage=clientAuth
        openssl pkey -in client.key -aes256 -passout pass:secret -out locked.key
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key
        echo rubbish | tee rubbish.pem > rubbish.key
        """#
}
