import CRabbitMQ
import TestKit
import Testing

@testable import RabbitMQ

/// Handshakes in memory: what certificates are for, without a network that knows the names.
@Suite struct TLSNameTests {
    @Test(
        arguments: [
            ("right", "localhost"), ("right", "LOCALHOST"), ("address", "127.0.0.1"), ("address", "::1"),
            ("wildcard", "a.example.test"),
        ]
    )
    func `names and addresses that a certificate is for`(certificate: String, host: String) async throws {
        #expect(try await handshake(certificate, host) == nil)
    }

    @Test(
        arguments: [
            ("right", "localhost.example.test"), ("right", "127.0.0.1"), ("address", "127.0.0.2"), ("address", "::2"),
            ("address", "localhost"), ("elsewhere", "localhost"), ("wildcard", "example.test"),
            ("wildcard", "b.a.example.test"), ("wildcard", "aexample.test"), ("wildcard", "*.example"),
        ]
    )
    func `names and addresses that a certificate is not for`(certificate: String, host: String) async throws {
        guard case .wrongName(host, _)? = try await handshake(certificate, host) else {
            Issue.record("\(host) was taken")
            return
        }
    }

    @Test func `without a name nothing is taken`() async throws {
        #expect(try await handshake("right", "") == .wrongName(host: "", names: ""))
    }

    @Test func `a certificate that begins later is refused with its day`() async throws {
        let problem = try await handshake("right", "localhost") { client, _ in
            X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(client), 946_684_800)
        }
        // The authority's own certificate is looked at first.
        guard case .notYetValid("CN=Test Authority", let time)? = problem else {
            Issue.record("\(String(describing: problem))")
            return
        }
        #expect(time > 1_700_000_000)
    }

    @Test func `TLS 1 1 is refused even where OpenSSL would take it`() async throws {
        let problem = try await handshake("right", "localhost") { client, server in
            SSL_CTX_set_security_level(client, 0)
            SSL_CTX_set_security_level(server, 0)
            SSL_CTX_ctrl(server, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_1_VERSION), nil)
        }
        #expect(problem == .tooOld)
    }

    /// Shows the certificate to a client that expects the host, and answers with the client's problem.
    private func handshake(
        _ certificate: String,
        _ host: String,
        _ change: (OpaquePointer, OpaquePointer) -> Void = { _, _ in }
    ) async throws -> TLSProblem? {
        let certificates = try await TestCertificates.shared()
        let record = TLSHandshake(TLSConfiguration(authorities: .file(certificates.certificate("ours"))))
        let (clientSide, serverSide) = try (
            #require(SSL_CTX_new(TLS_client_method())), #require(SSL_CTX_new(TLS_server_method()))
        )
        defer {
            SSL_CTX_free(clientSide)
            SSL_CTX_free(serverSide)
        }
        do { try record.prepare(clientSide, host: host) } catch { return error }
        try #require(SSL_CTX_use_certificate_chain_file(serverSide, certificates.certificate(certificate)) == 1)
        try #require(SSL_CTX_use_PrivateKey_file(serverSide, certificates.key(certificate), SSL_FILETYPE_PEM) == 1)
        change(clientSide, serverSide)
        let (client, server) = try (#require(SSL_new(clientSide)), #require(SSL_new(serverSide)))
        defer {
            SSL_free(client)
            SSL_free(server)
        }
        var (near, far): (OpaquePointer?, OpaquePointer?)
        try #require(BIO_new_bio_pair(&near, 0, &far, 0) == 1)
        SSL_set_bio(client, near, near)
        SSL_set_bio(server, far, far)
        SSL_set_connect_state(client)
        SSL_set_accept_state(server)
        for _ in 1...10 where SSL_do_handshake(client) != 1 { SSL_do_handshake(server) }
        guard SSL_do_handshake(client) != 1 else { return nil }
        return record.problem(host: host, status: AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue)
    }
}
