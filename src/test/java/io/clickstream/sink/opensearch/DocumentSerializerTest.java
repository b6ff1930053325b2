package io.clickstream.sink.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.clickstream.testing.SerializerContract;
import java.util.List;

class DocumentSerializerTest extends SerializerContract<Document> {

    DocumentSerializerTest() {
        super(
                Document.class,
                DocumentSerializer.INSTANCE,
                List.of(
                        new Document(
                                "departments_count",
                                "1655183300000-Möbel",
                                "{}".getBytes(UTF_8),
                                1,
                                2,
                                3),
                        new Document("a", "", new byte[0], Long.MAX_VALUE, 0, -1)));
    }

    @Override
    protected Object content(Document document) {
        return List.of(
                document.path(),
                new String(document.json(), UTF_8),
                document.version(),
                document.since(),
                document.after());
    }
}
