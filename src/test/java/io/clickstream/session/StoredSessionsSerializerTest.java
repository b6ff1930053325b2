package io.clickstream.session;

import io.clickstream.testing.SerializerContract;
import java.util.List;

class StoredSessionsSerializerTest extends SerializerContract<StoredSessions> {

    StoredSessionsSerializerTest() {
        super(
                StoredSessions.class,
                StoredSessionsSerializer.INSTANCE,
                List.of(
                        new StoredSessions(new byte[0]),
                        new StoredSessions(new byte[] {1, 2, -3}),
                        new StoredSessions(new byte[300])));
    }
}
