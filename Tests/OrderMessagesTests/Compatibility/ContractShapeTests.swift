import OrderMessages
import Testing

@Suite("What has the shape of published contracts")
struct ContractShapeTests {
    private static let codes = "codes.json"

    private static func published() throws -> [String: JSON] {
        var documents = try CompatibilityTests.published()
        documents["topology.json"] = documents["topology.json"]?.setting(
            ["bindings"],
            [["source": "a", "destination_type": "queue", "destination": "b", "routing_key": ""]]
        )
        return documents
    }

    @Test("What the code publishes has it")
    func published() throws { #expect(try ContractShape.problems(in: Self.published()) == []) }

    @Test(
        "A list that is none, a thing without its name, a keyword of another type: each with its place",
        arguments: [
            (codes, ["rejections"], "x", "codes.json: rejections must be a list, is text"),
            (codes, ["deadLetters"], [], "codes.json: deadLetters must not be empty"),
            (codes, ["rejections"], ["x"], "codes.json: rejections[0] must be an object, is text"),
            (codes, ["rejections"], [["code": 7]], "codes.json: rejections[0].code must be text, is a number"),
            (
                codes, ["rejections"], [["code": "x", "operations": "y"]],
                "codes.json: rejections[0].operations must be a list of texts"
            ),
            ("lifecycle.json", ["transitions"], [:], "lifecycle.json: transitions must be a list, is an object"),
            ("lifecycle.json", ["time"], .null, "lifecycle.json: time must be a list, is null"),
            (
                ContractEdit.create, ["type"], "array",
                "\(ContractEdit.create): type must be \"object\": a message is one"
            ),
            (
                ContractEdit.create, ["properties"], [:],
                "\(ContractEdit.create): properties must be an object with members"
            ),
            (
                ContractEdit.create, ["properties", "data", "required"], "subscriptionId",
                "\(ContractEdit.create): properties.data.required must be a list, is text"
            ),
            (
                ContractEdit.create, ["properties", "data", "properties"], [],
                "\(ContractEdit.create): properties.data.properties must be an object, is a list"
            ),
            (
                ContractEdit.create, ["properties", "data", "properties", "orderId", "type"], 7,
                "\(ContractEdit.create): properties.data.properties.orderId.type must be text, or a list of texts"
            ),
            (
                ContractEdit.rejected, ["properties", "data"], "x",
                "\(ContractEdit.rejected): properties.data must be a schema, is text"
            ),
        ] as [(String, [String], JSON, String)]
    )
    func shapes(document: String, path: [String], value: JSON, told: String) throws {
        var documents = try Self.published()
        documents[document] = try #require(documents[document]).setting(path, value)
        #expect(ContractShape.problems(in: documents) == [told])
    }

    @Test("Only documents at their place are of the contract")
    func places() {
        for path in ["codes.json", "commands/x.v1.schema.json", "outcomes/x.schema.json", "dead-letters/y.schema.json"]
        {
            #expect(ContractComparison.isCompared(path), "\(path)")
        }
        for path in [
            "asyncapi.json", "Contracts/codes.json", "Contracts/commands/x.v1.schema.json", "clients/own.schema.json",
            "commands/old/x.schema.json", "commands/x.json", "x.schema.json", "examples/x/y.schema.json",
        ] {
            #expect(!ContractComparison.isCompared(path), "\(path)")
        }
    }
}
