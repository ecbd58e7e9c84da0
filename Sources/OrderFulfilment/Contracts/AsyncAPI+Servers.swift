import OrderMessages

extension AsyncAPI {
    var servers: JSON {
        [
            "broker": server(
                "RabbitMQ 3.10 or newer.",
                "amqp",
                port: "5672",
                security: ["password"]
            ),
            "brokerOverTLS": server(
                "The same over TLS, with a password or a client certificate.",
                "amqps",
                port: "5671",
                security: ["password", "certificate"]
            ),
        ]
    }

    private func server(_ description: String, _ scheme: String, port: String, security: [String]) -> JSON {
        [
            "host": "{host}:{port}",
            "pathname": "/{vhost}",
            "protocol": .string(scheme),
            "protocolVersion": "0.9.1",
            "description": .string(description),
            "variables": [
                "host": ["default": "127.0.0.1", "description": "Where RabbitMQ is."],
                "port": ["default": .string(port), "description": "Its port."],
                "vhost": ["default": "%2F", "description": "The virtual host, percent-encoded: %2F is /."],
            ],
            "security": .array(security.map { Self.reference("components", "securitySchemes", $0) }),
        ]
    }

    var securitySchemes: JSON {
        [
            "password": ["type": "userPassword", "description": "SASL PLAIN with a user of RabbitMQ."],
            "certificate": [
                "type": "X509", "description": "SASL EXTERNAL with the client certificate of the TLS connection.",
            ],
        ]
    }
}
