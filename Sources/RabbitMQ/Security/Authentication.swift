/// How we log in to the broker.
public enum Authentication: Hashable, Sendable {
    /// User and password of the address (SASL PLAIN).
    case password
    /// The client certificate says who we are (SASL EXTERNAL); user and password of the address are not sent.
    ///
    /// The broker needs the plugin `rabbitmq_auth_mechanism_ssl`, `EXTERNAL` among its `auth_mechanisms`, and a user with
    /// the certificate's name.
    case certificate
}
