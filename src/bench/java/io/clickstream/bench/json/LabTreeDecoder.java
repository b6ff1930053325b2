package io.clickstream.bench.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.event.UserId;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickFields;
import io.clickstream.format.MalformedRecordException;
import java.io.IOException;

/** Decodes the lab's clicks as most programs do: with a tree that Jackson makes of each. */
public final class LabTreeDecoder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public void decode(byte[] record, ClickFields fields) throws MalformedRecordException {
        JsonNode click;
        try {
            click = JSON.readTree(record);
        } catch (IOException e) {
            throw new MalformedRecordException("not JSON: " + e.getMessage());
        }
        fields.setUser(UserId.ofNumber(click.get("userid").longValue()));
        fields.setTime(click.get("eventtimestamp").longValue());
        fields.setEventType(click.get("event_type").textValue());
        fields.setDepartment(click.get("product_type").textValue());
    }
}
