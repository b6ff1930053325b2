package io.clickstream.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import io.clickstream.event.VersionedSerializer;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.streaming.api.operators.TimerSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** What a savepoint in the canonical format says of the states in it. */
public final class SavepointStates {

    /**
     * Flink's own serializers that the job may use. Their bytes are the same in Flink 1.20 and 2.x.
     * POJOs, Kryo and Java serialization are not here: Flink 2.0 has another Kryo, and another
     * serializer for collections within POJOs. Lists and maps are only those that keyed state
     * itself is made of. Connectors put bytes into their states, with versions of their own.
     */
    private static final Set<Class<?>> OF_FLINK =
            Set.of(
                    IntSerializer.class,
                    LongSerializer.class,
                    StringSerializer.class,
                    BytePrimitiveArraySerializer.class,
                    LongPrimitiveArraySerializer.class,
                    VoidNamespaceSerializer.class,
                    TimeWindow.Serializer.class);

    private final Set<String> names = new TreeSet<>();
    private final List<String> notAllowed = new ArrayList<>();
    private final List<String> uids;

    private SavepointStates(List<String> uids) {
        this.uids = uids;
    }

    /**
     * Reads which states a savepoint has, and by which serializers.
     *
     * @param savepoint its folder
     * @param uids by which its operators are named; one that is not here keeps its id
     */
    public static SavepointStates read(String savepoint, List<String> uids) throws IOException {
        CompletedCheckpointStorageLocation location =
                AbstractFsCheckpointStorageAccess.resolveCheckpointPointer(savepoint);
        SavepointStates states = new SavepointStates(uids);
        try (FSDataInputStream in = location.getMetadataHandle().openInputStream()) {
            Collection<OperatorState> operators =
                    Checkpoints.loadCheckpointMetadata(
                                    new DataInputStream(in),
                                    classLoader(),
                                    location.getExternalPointer())
                            .getOperatorStates();
            for (OperatorState operator : operators) {
                states.add(operator);
            }
        }
        return states;
    }

    /** Fails if a state has a type that a later Flink may read otherwise, or not at all. */
    public static void assertReadableByLaterFlink(String savepoint) throws IOException {
        SavepointStates states = read(savepoint, List.of());
        assertThat(states.names()).isNotEmpty();
        assertThat(states.notAllowed()).isEmpty();
    }

    /** Each state as {@code uid / name}, sorted. */
    public Set<String> names() {
        return names;
    }

    /** States with a serializer that is not allowed, and which one it is. */
    public List<String> notAllowed() {
        return notAllowed;
    }

    private void add(OperatorState operator) throws IOException {
        String id = operator.getOperatorID().toHexString();
        String uid = uids.stream().filter(each -> hash(each).equals(id)).findFirst().orElse(id);
        for (OperatorSubtaskState subtask : operator.getStates()) {
            for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
                OperatorBackendSerializationProxy proxy =
                        new OperatorBackendSerializationProxy(classLoader());
                try (FSDataInputStream in = handle.openInputStream()) {
                    proxy.read(new DataInputViewStreamWrapper(in));
                }
                Stream.concat(
                                proxy.getOperatorStateMetaInfoSnapshots().stream(),
                                proxy.getBroadcastStateMetaInfoSnapshots().stream())
                        .forEach(state -> add(uid, state));
            }
            for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
                // The one kind of handle that the canonical format has.
                assertThat(handle).isInstanceOf(KeyGroupsStateHandle.class);
                KeyedBackendSerializationProxy<?> proxy =
                        new KeyedBackendSerializationProxy<>(classLoader());
                try (FSDataInputStream in = ((KeyGroupsStateHandle) handle).openInputStream()) {
                    proxy.read(new DataInputViewStreamWrapper(in));
                }
                check(uid + " / key", proxy.getKeySerializerSnapshot());
                proxy.getStateMetaInfoSnapshots().forEach(state -> add(uid, state));
            }
            // Raw state has no serializers that anybody could look at.
            assertThat(subtask.getRawKeyedState()).as("raw state of " + uid).isEmpty();
            assertThat(subtask.getRawOperatorState()).as("raw state of " + uid).isEmpty();
        }
    }

    private void add(String uid, StateMetaInfoSnapshot state) {
        String name = uid + " / " + state.getName();
        names.add(name);
        assertThat(state.getSerializerSnapshotsImmutable()).as(name).isNotEmpty();
        state.getSerializerSnapshotsImmutable().values().forEach(each -> check(name, each));
    }

    private void check(String state, TypeSerializerSnapshot<?> snapshot) {
        if (!(snapshot instanceof VersionedSerializer.Snapshot<?>)) {
            check(state, snapshot.restoreSerializer());
        }
    }

    private void check(String state, TypeSerializer<?> serializer) {
        if (serializer instanceof MapSerializer<?, ?> map) {
            check(state, map.getKeySerializer());
            check(state, map.getValueSerializer());
        } else if (serializer instanceof ListSerializer<?> list) {
            check(state, list.getElementSerializer());
        } else if (serializer instanceof TimerSerializer<?, ?> timer) {
            check(state, timer.getKeySerializer());
            check(state, timer.getNamespaceSerializer());
        } else if (!(serializer instanceof VersionedSerializer<?>)
                && !OF_FLINK.contains(serializer.getClass())) {
            notAllowed.add(state + ": " + serializer.getClass().getName());
        }
    }

    /** How Flink makes the id of an operator of its uid. */
    private static String hash(String uid) {
        return Hashing.murmur3_128(0).hashString(uid, StandardCharsets.UTF_8).toString();
    }

    private static ClassLoader classLoader() {
        return SavepointStates.class.getClassLoader();
    }
}
