import AMQP
import CRabbitMQ

@testable import RabbitMQ

extension FieldTable {
    /// What the library has read, in our words.
    init(_ table: amqp_table_t) {
        self.init(
            UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)).map { entry in
                Field(String(entry.key), FieldValue(entry.value))
            }
        )
    }
}

extension FieldValue {
    /// What the library has read, in our words.
    init(_ field: amqp_field_value_t) {
        let value = field.value
        switch UInt32(field.kind) {
        case AMQP_FIELD_KIND_BOOLEAN.rawValue: self = .boolean(value.boolean != 0)
        case AMQP_FIELD_KIND_I8.rawValue: self = .integer(Int64(value.i8))
        case AMQP_FIELD_KIND_I16.rawValue: self = .integer(Int64(value.i16))
        case AMQP_FIELD_KIND_I32.rawValue: self = .integer(Int64(value.i32))
        case AMQP_FIELD_KIND_I64.rawValue: self = .integer(value.i64)
        case AMQP_FIELD_KIND_U8.rawValue: self = .unsigned(UInt64(value.u8))
        case AMQP_FIELD_KIND_U16.rawValue: self = .unsigned(UInt64(value.u16))
        case AMQP_FIELD_KIND_U32.rawValue: self = .unsigned(UInt64(value.u32))
        case AMQP_FIELD_KIND_U64.rawValue: self = .unsigned(value.u64)
        case AMQP_FIELD_KIND_F32.rawValue: self = .double(Double(value.f32))
        case AMQP_FIELD_KIND_F64.rawValue: self = .double(value.f64)
        case AMQP_FIELD_KIND_DECIMAL.rawValue:
            self = .decimal(scale: value.decimal.decimals, value: value.decimal.value)
        case AMQP_FIELD_KIND_UTF8.rawValue:
            let bytes = [UInt8](value.bytes)
            self = String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(bytes)
        case AMQP_FIELD_KIND_BYTES.rawValue: self = .bytes([UInt8](value.bytes))
        case AMQP_FIELD_KIND_TIMESTAMP.rawValue: self = .timestamp(value.u64)
        case AMQP_FIELD_KIND_TABLE.rawValue: self = .table(FieldTable(value.table))
        case AMQP_FIELD_KIND_ARRAY.rawValue:
            let entries = UnsafeBufferPointer(start: value.array.entries, count: Int(value.array.num_entries))
            self = .array(entries.map { FieldValue($0) })
        default: self = .void
        }
    }
}

extension Properties {
    /// What the library has read, in our words.
    init(_ source: amqp_basic_properties_t) {
        func text(_ bytes: amqp_bytes_t, _ flag: Int32) -> String? {
            source._flags & UInt32(bitPattern: flag) == 0 ? nil : String(bytes)
        }
        func number<Number>(_ number: Number, _ flag: Int32) -> Number? {
            source._flags & UInt32(bitPattern: flag) == 0 ? nil : number
        }
        self.init(
            contentType: text(source.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG),
            contentEncoding: text(source.content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG),
            headers: number(source.headers, AMQP_BASIC_HEADERS_FLAG).map { FieldTable($0) } ?? [:],
            deliveryMode: number(source.delivery_mode, AMQP_BASIC_DELIVERY_MODE_FLAG).flatMap {
                DeliveryMode(rawValue: $0)
            },
            priority: number(source.priority, AMQP_BASIC_PRIORITY_FLAG),
            correlationID: text(source.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG),
            replyTo: text(source.reply_to, AMQP_BASIC_REPLY_TO_FLAG),
            expiration: text(source.expiration, AMQP_BASIC_EXPIRATION_FLAG),
            messageID: text(source.message_id, AMQP_BASIC_MESSAGE_ID_FLAG),
            timestamp: number(source.timestamp, AMQP_BASIC_TIMESTAMP_FLAG),
            type: text(source.type, AMQP_BASIC_TYPE_FLAG),
            userID: text(source.user_id, AMQP_BASIC_USER_ID_FLAG),
            appID: text(source.app_id, AMQP_BASIC_APP_ID_FLAG)
        )
    }
}
